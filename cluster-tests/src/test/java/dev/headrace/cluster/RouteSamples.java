package dev.headrace.cluster;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** What the addresses of apps answered and when first, looked at all the time. */
final class RouteSamples implements AutoCloseable {
  private static final Duration TICK = Duration.ofMillis(50);

  private final HttpClient visitor;
  private final Duration limit;
  private final Map<String, Map<String, Instant>> seen = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * @param limit what takes longer is no answer
   */
  RouteSamples(HttpClient visitor, Duration limit) {
    this.visitor = visitor;
    this.limit = limit;
  }

  void watch(DeployedApp app) {
    Map<String, Instant> answers = new ConcurrentHashMap<>();
    seen.put(app.id(), answers);
    Thread.ofVirtual().name("visits-" + app.id()).start(() -> look(app, answers));
  }

  private void look(DeployedApp app, Map<String, Instant> answers) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(app.url() + "/")).timeout(limit).build();
    while (!closed) {
      try {
        String answer = visitor.send(request, HttpResponse.BodyHandlers.ofString()).body();
        answers.putIfAbsent(answer, Instant.now());
      } catch (IOException e) { // nothing answers, which is an answer too
        answers.putIfAbsent("", Instant.now());
      } catch (InterruptedException e) {
        return;
      }
      LockSupport.parkNanos(TICK.toNanos());
    }
  }

  /** When the app first answered this; empty when it never did. */
  Optional<Instant> first(DeployedApp app, String answer) {
    return Optional.ofNullable(seen.getOrDefault(app.id(), Map.of()).get(answer));
  }

  /** All that the app ever answered, empty where it did not. */
  Set<String> answers(DeployedApp app) {
    return Set.copyOf(seen.getOrDefault(app.id(), Map.of()).keySet());
  }

  @Override
  public void close() {
    closed = true;
  }
}
