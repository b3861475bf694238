package dev.headrace.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Talks to a platform as any client does. */
public final class ApiClient {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final JsonMapper JSON = new JsonMapper();

  private final HttpClient http;
  private final String baseUrl;
  private final Optional<String> token;

  private ApiClient(HttpClient http, String baseUrl, Optional<String> token) {
    this.http = http;
    this.baseUrl = baseUrl;
    this.token = token;
  }

  /** Of nobody yet. */
  public static ApiClient at(String baseUrl) {
    return at(baseUrl, HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build());
  }

  /**
   * Of nobody yet.
   *
   * @param http knows the way where the name of the base alone does not tell it
   */
  public static ApiClient at(String baseUrl, HttpClient http) {
    return new ApiClient(http, baseUrl, Optional.empty());
  }

  public ApiClient logIn(String username, String password) throws InterruptedException {
    JsonNode answer =
        send(
            "POST",
            "/api/auth/login",
            Optional.of(Map.of("username", username, "password", password)),
            Optional.empty());
    return new ApiClient(http, baseUrl, Optional.of(answer.path("access_token").asString()));
  }

  /** A new account, logged in. */
  public ApiClient signUp(String username, String password) throws InterruptedException {
    var _ =
        send(
            "POST",
            "/api/auth/signup",
            Optional.of(
                Map.of(
                    "username",
                    username,
                    "email",
                    username + "@example.com",
                    "password",
                    password)),
            Optional.empty());
    return logIn(username, password);
  }

  public JsonNode get(String path) throws InterruptedException {
    return send("GET", path, Optional.empty(), Optional.empty());
  }

  public JsonNode post(String path, Object body, String deployId) throws InterruptedException {
    return send("POST", path, Optional.of(body), Optional.of(deployId));
  }

  public JsonNode post(String path, Object body) throws InterruptedException {
    return send("POST", path, Optional.of(body), Optional.empty());
  }

  public JsonNode put(String path, Object body) throws InterruptedException {
    return send("PUT", path, Optional.of(body), Optional.empty());
  }

  public JsonNode delete(String path) throws InterruptedException {
    return send("DELETE", path, Optional.empty(), Optional.empty());
  }

  /**
   * A version of an app that was committed just now.
   *
   * @param commit its full name
   */
  public record Version(String appId, String url, String commit, int number) {}

  public Version create(Map<String, ?> app) throws InterruptedException {
    return version(exchange("POST", "/api/apps", Optional.of(app), Optional.empty()));
  }

  /**
   * One that is made once, however often it is sent.
   *
   * @param deployId by which the same app is known when it is sent again
   */
  public Version create(Map<String, ?> app, String deployId) throws InterruptedException {
    return version(exchange("POST", "/api/apps", Optional.of(app), Optional.of(deployId)));
  }

  public Version change(String appId, Map<String, ?> change) throws InterruptedException {
    return version(exchange("PUT", "/api/apps/" + appId, Optional.of(change), Optional.empty()));
  }

  /**
   * One that is made once, however often it is sent.
   *
   * @param deployId by which the same change is known when it is sent again
   */
  public Version change(String appId, Map<String, ?> change, String deployId)
      throws InterruptedException {
    return version(
        exchange("PUT", "/api/apps/" + appId, Optional.of(change), Optional.of(deployId)));
  }

  private static Version version(HttpResponse<String> answer) {
    JsonNode app = JSON.readTree(answer.body());
    return new Version(
        app.path("app_id").asString(),
        app.path("deployment_url").asString(),
        answer.headers().firstValue("ETag").orElseThrow().replace("\"", ""),
        Integer.parseInt(answer.headers().firstValue("Headrace-Version").orElseThrow()));
  }

  /** What any address answers, whatever its status. */
  public String text(String url) throws InterruptedException {
    try {
      return http.send(
              HttpRequest.newBuilder(URI.create(url)).timeout(LIMIT).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Follows the deploy's events to its end. */
  public JsonNode awaitOutcome(String appId, int version, Duration within)
      throws InterruptedException {
    HttpRequest request =
        request("/api/v1/apps/%s/deploys/%d/events".formatted(appId, version))
            .timeout(within)
            .GET()
            .build();
    List<String> seen = new ArrayList<>();
    try {
      HttpResponse<Stream<String>> answer = http.send(request, HttpResponse.BodyHandlers.ofLines());
      try (Stream<String> lines = answer.body()) {
        String outcome =
            lines
                .peek(seen::add)
                .dropWhile(line -> !line.equals("event:outcome"))
                .filter(line -> line.startsWith("data:"))
                .findFirst()
                .orElseThrow(() ->
                    new IOException(
                        "the stream ended before the deploy did: %d %s"
                            .formatted(answer.statusCode(), seen)));
        return JSON.readTree(outcome.substring("data:".length()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonNode send(
      String method, String path, Optional<Object> body, Optional<String> deployId)
      throws InterruptedException {
    return JSON.readTree(exchange(method, path, body, deployId).body());
  }

  private HttpResponse<String> exchange(
      String method, String path, Optional<Object> body, Optional<String> deployId)
      throws InterruptedException {
    HttpRequest.Builder request =
        request(path)
            .timeout(LIMIT)
            .method(
                method,
                body.map(JSON::writeValueAsString)
                    .map(HttpRequest.BodyPublishers::ofString)
                    .orElseGet(HttpRequest.BodyPublishers::noBody));
    deployId.ifPresent(id -> request.header("Idempotency-Key", id));
    try {
      HttpResponse<String> answer =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() == HttpURLConnection.HTTP_BAD_GATEWAY) {
        throw new IOException("%s %s: a proxy got no answer".formatted(method, path));
      }
      if (answer.statusCode() / 100 != 2) {
        throw new Refusal(
            "%s %s answered %d: %s".formatted(method, path, answer.statusCode(), answer.body()));
      }
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An answer, and not the wanted one. */
  public static final class Refusal extends IOException {
    private static final long serialVersionUID = 1;

    private Refusal(String message) {
      super(message);
    }
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(baseUrl + path))
            .header("Content-Type", "application/json")
            .header("Headrace-Via", "cli");
    token.ifPresent(bearer -> request.header("Authorization", "Bearer " + bearer));
    return request;
  }
}
