package dev.headrace.benchmarks.cluster;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Requests at a steady rate, each sent when its time has come whether or not the one before was
 * answered. The first of each answer is noted among the sightings.
 */
final class Visitors {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final HttpClient http;
  private final HttpRequest request;
  private final Sightings sightings;
  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());

  private Visitors(HttpClient http, String url, Sightings sightings) {
    this.http = http;
    this.request = HttpRequest.newBuilder(URI.create(url)).timeout(PATIENCE).build();
    this.sightings = sightings;
  }

  static Visitors start(HttpClient http, String url, int perSecond, Sightings sightings) {
    Visitors visitors = new Visitors(http, url, sightings);
    var _ =
        visitors.clock.scheduleAtFixedRate(
            () -> Thread.ofVirtual().start(visitors::visit),
            0,
            TimeUnit.SECONDS.toNanos(1) / perSecond,
            TimeUnit.NANOSECONDS);
    return visitors;
  }

  static String answer(String url, String body) {
    return "answer %s %s".formatted(url, body);
  }

  private void visit() {
    sent.incrementAndGet();
    try {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() == 200) {
        answered.incrementAndGet();
        sightings.note(answer(request.uri().toString(), response.body()));
      }
    } catch (IOException e) {
      // It stays among those that were sent and not answered.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  int sent() {
    return sent.get();
  }

  /** Once all have gone: those that got no answer, or another than the app's own. */
  int failed() {
    return sent.get() - answered.get();
  }

  /** Returns when nobody waits for an answer any more. */
  void stop() throws InterruptedException {
    clock.shutdownNow();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (failed() > 0 && System.nanoTime() < deadline) {
      Thread.sleep(20);
    }
  }
}
