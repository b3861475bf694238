package dev.headrace.benchmarks.cluster;

import dev.headrace.benchmarks.Figures;
import dev.headrace.client.ApiClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Apps without pods, of which there can be more than a node has room for. */
final class ManyApps {
  private static final int PER_AUTHOR = 20;
  private static final int CREATED_AT_ONCE = 16;
  private static final int SAID_EACH = 500;

  /** As many as the API lets be checked at the same time, with room for others. */
  private static final int CHANGED_AT_ONCE = 48;

  private static final Duration LONG_ENOUGH = Duration.ofMinutes(8);

  private final Cluster cluster;
  private final List<Cluster.Author> authors = new ArrayList<>();
  private final List<DeployedApp> apps = new ArrayList<>();
  private int changes;

  ManyApps(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Makes apps until there are this many, and returns when Flux has applied each. */
  void grow(int number, Figures figures) throws InterruptedException, ExecutionException {
    long begun = System.nanoTime();
    int missing = number - apps.size();
    if (missing == 0) {
      return;
    }
    while (authors.size() * PER_AUTHOR < number) {
      authors.add(cluster.somebody());
    }
    AtomicInteger there = new AtomicInteger();
    List<Callable<DeployedApp>> made = new ArrayList<>();
    for (int i = apps.size(); i < number; i++) {
      int index = i;
      made.add(() -> {
        DeployedApp app = authors.get(index / PER_AUTHOR).create("app " + index);
        var _ = cluster.sightings().await(app.applied(app.first()), LONG_ENOUGH);
        sayHowFar(apps.size() + there.incrementAndGet(), number, begun, figures);
        return app;
      });
    }
    apps.addAll(atOnce(CREATED_AT_ONCE, made));
    double seconds = (System.nanoTime() - begun) / 1e9;
    figures.progress(
        "%d apps: %d were made in %.0f s, %.1f a second; %d answers were lost"
            .formatted(number, missing, seconds, missing / seconds, cluster.unanswered()));
  }

  private static void sayHowFar(int there, int wanted, long begun, Figures figures) {
    if (there % SAID_EACH == 0 && there < wanted) {
      double seconds = (System.nanoTime() - begun) / 1e9;
      figures.progress("%d of %d apps after %.0f s".formatted(there, wanted, seconds));
    }
  }

  /** From each commit being durable until Flux has applied it, one after the other. */
  List<Long> applied(int number, Figures figures) throws InterruptedException {
    List<Long> times = new ArrayList<>();
    List<Long> told = new ArrayList<>();
    for (DeployedApp app : spread(number)) {
      ApiClient.Version version = app.change(DeployedApp.saying("change " + ++changes));
      long durable = System.nanoTime();
      long applied = cluster.sightings().await(app.applied(version), LONG_ENOUGH);
      times.add(Math.max(0, applied - durable));
      told.add(Math.max(0, cluster.sightings().await(app.told(version), LONG_ENOUGH) - durable));
    }
    figures.progress(
        "%d apps: Flux is told of a commit after %s"
            .formatted(apps.size(), Figures.percentiles(told)));
    return times;
  }

  int size() {
    return apps.size();
  }

  /** This many of them, of as many authors as can be. */
  List<DeployedApp> spread(int number) {
    int size = apps.size();
    return IntStream.range(0, number)
        .mapToObj(i -> apps.get(number <= size ? i * size / number : i % size))
        .toList();
  }

  /** Changes all of these at once; seconds until Flux has applied all. */
  double burst(List<DeployedApp> chosen) throws InterruptedException, ExecutionException {
    int change = ++changes;
    List<Callable<ApiClient.Version>> sent = new ArrayList<>();
    chosen.forEach(app -> sent.add(() -> app.change(DeployedApp.saying("burst " + change))));
    long begun = System.nanoTime();
    List<ApiClient.Version> versions = atOnce(CHANGED_AT_ONCE, sent);
    long last = begun;
    for (int i = 0; i < chosen.size(); i++) {
      last =
          Math.max(
              last, cluster.sightings().await(chosen.get(i).applied(versions.get(i)), LONG_ENOUGH));
    }
    return (last - begun) / 1e9;
  }

  /**
   * In the order of what is to be done. The first that fails is told at once, and no more are
   * begun: what fails after it is its consequence.
   */
  static <T> List<T> atOnce(int most, List<Callable<T>> all)
      throws InterruptedException, ExecutionException {
    try (ExecutorService threads = Executors.newFixedThreadPool(most)) {
      ExecutorCompletionService<T> ended = new ExecutorCompletionService<>(threads);
      List<Future<T>> results = all.stream().map(ended::submit).toList();
      try {
        for (int i = 0; i < results.size(); i++) {
          var _ = ended.take().get();
        }
      } finally {
        threads.shutdownNow();
      }
      return results.stream().map(Future::resultNow).toList();
    }
  }
}
