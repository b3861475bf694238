package dev.headrace.delivery.flux;

import dev.headrace.git.AppId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Asks an app's public address which content answers there, by the way that visitors come. */
final class RouteProbe implements AutoCloseable {
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(1);
  private static final int LONGEST_ANSWER = 4_096;
  private static final int HTTP_PORT = 80;

  private final String domain;
  private final JsonMapper json;
  private final HttpClient client;

  /**
   * @param route Traefik's entry point; asked as a proxy is, so that the app's own name is what it
   *     routes by, whatever that name resolves to
   */
  RouteProbe(URI route, String domain, JsonMapper json) {
    this.domain = domain;
    this.json = json;
    int port = route.getPort() == -1 ? HTTP_PORT : route.getPort();
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER_LIMIT)
            .proxy(ProxySelector.of(InetSocketAddress.createUnresolved(route.getHost(), port)))
            .build();
  }

  /** Empty when nothing of ours answers. */
  Optional<String> content(AppId app) {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://%s.%s/.headrace/health".formatted(Target.objectName(app), domain)))
            .timeout(ANSWER_LIMIT)
            .build();
    try {
      HttpResponse<String> answer =
          client.send(
              request,
              HttpResponse.BodyHandlers.limiting(
                  HttpResponse.BodyHandlers.ofString(), LONGEST_ANSWER));
      return answer.statusCode() == 200
          ? json.readTree(answer.body()).path("content").asStringOpt()
          : Optional.empty();
    } catch (IOException | JacksonException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
