package dev.headrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** A client of the HTTP API, as one person. */
public final class Api {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String baseUrl;
  private final Map<String, String> headers;

  Api(String baseUrl) {
    this(baseUrl, Map.of("Content-Type", "application/json"));
  }

  private Api(String baseUrl, Map<String, String> headers) {
    this.baseUrl = baseUrl;
    this.headers = headers;
  }

  /** An answer with its body as JSON, or missing where it is none. */
  public record Answer(int status, HttpHeaders headers, String text, JsonNode json) {
    public JsonNode ok() {
      assertThat(status).as(text).isEqualTo(200);
      return json;
    }

    public Answer is(int expected) {
      assertThat(status).as(text).isEqualTo(expected);
      return this;
    }
  }

  public Api with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new Api(baseUrl, more);
  }

  public Api logIn(String username, String password) {
    JsonNode answer =
        post("/api/auth/login", Map.of("username", username, "password", password)).ok();
    return with("Authorization", "Bearer " + answer.path("access_token").asString());
  }

  public Answer get(String path) {
    return send("GET", path, Optional.empty());
  }

  public Answer delete(String path) {
    return send("DELETE", path, Optional.empty());
  }

  public Answer post(String path, Object body) {
    return send("POST", path, Optional.of(JSON.writeValueAsString(body)));
  }

  public Answer put(String path, Object body) {
    return send("PUT", path, Optional.of(JSON.writeValueAsString(body)));
  }

  public Answer send(String method, String path, Optional<String> body) {
    HttpRequest.BodyPublisher publisher =
        body.map(HttpRequest.BodyPublishers::ofString)
            .orElseGet(HttpRequest.BodyPublishers::noBody);
    return send(method, path, publisher);
  }

  public Answer send(String method, String path, HttpRequest.BodyPublisher body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(baseUrl + path)).timeout(PATIENCE).method(method, body);
    headers.forEach(request::header);
    try {
      HttpResponse<String> answer =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      boolean json =
          answer
              .headers()
              .firstValue("Content-Type")
              .filter(type -> type.contains("json"))
              .isPresent();
      return new Answer(
          answer.statusCode(),
          answer.headers(),
          answer.body(),
          json ? JSON.readTree(answer.body()) : MissingNode.getInstance());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Lines of an event stream; close it. */
  public Stream<String> stream(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(baseUrl + path));
    headers.forEach(request::header);
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofLines()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Follows a deploy's events to its outcome. */
  public JsonNode outcome(String appId, int version) {
    try (Stream<String> lines =
        stream("/api/v1/apps/%s/deploys/%d/events".formatted(appId, version))) {
      return lines
          .dropWhile(line -> !line.equals("event:outcome"))
          .filter(line -> line.startsWith("data:"))
          .findFirst()
          .map(line -> JSON.readTree(line.substring("data:".length())))
          .orElseThrow(() -> new AssertionError("the stream ended without an outcome"));
    }
  }

  /** Asks again until the answer is as wanted. */
  public Answer eventually(String path, Predicate<Answer> wanted) {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (true) {
      Answer answer = get(path);
      if (wanted.test(answer)) {
        return answer;
      }
      if (Instant.now().isAfter(deadline)) {
        throw new AssertionError(path + " still answers " + answer.status() + " " + answer.text());
      }
      Thread.onSpinWait();
    }
  }
}
