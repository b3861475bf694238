package dev.headrace.benchmarks.cluster;

import dev.headrace.benchmarks.Figures;
import dev.headrace.benchmarks.Percentiles;
import dev.headrace.client.ApiClient;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Changes of one app with a pod, while visitors come: how long until each answers and where the
 * time goes, what the visitors notice, and how soon the API says what became of a change. First
 * each when nothing of an earlier pod is left, then each as soon as the last is live.
 */
final class LiveDeploys {
  private static final int DEPLOYS = 20;
  private static final int FAILURES = 10;
  private static final int WARM_UP = 3;
  private static final int ON_SMALLEST_PLAN = 10;
  private static final int VISITS_PER_SECOND = 50;
  private static final Duration LIVE_WITHIN = Duration.ofSeconds(60);

  /** Each from the end of the one before; the first from sending the change. */
  private static final List<String> PARTS =
      List.of("commit", "applied", "scheduled", "started", "ready", "routed");

  private final Cluster cluster;
  private final DeployedApp app;
  private final List<Long> live = new ArrayList<>();

  /**
   * From the last of what a verdict says: for a live one, rolled out and answered to a visitor.
   * Below zero where Headrace was answered between two visitors.
   */
  private final List<Long> verdicts = new ArrayList<>();

  private final List<Long> afterRollout = new ArrayList<>();
  private String latest = "";

  /** The newest version is last; of the others something may be left. */
  private final Deque<String> versions = new ArrayDeque<>();

  private final Map<String, List<Long>> parts = new LinkedHashMap<>();

  LiveDeploys(Cluster cluster, DeployedApp app) {
    this.cluster = cluster;
    this.app = app;
  }

  void run(Figures figures) throws InterruptedException, ExecutionException {
    var _ = visited(WARM_UP, "warm-up ", true);
    live.clear();
    verdicts.clear();
    afterRollout.clear();
    parts.clear();
    Visitors visitors = visited(DEPLOYS, "version ", true);
    figures.times("deploy_to_live_ms", live);
    Map<String, Double> medians = new LinkedHashMap<>();
    parts.forEach((part, times) ->
        medians.put(part, Percentiles.rounded(Figures.percentiles(times).at(0.5))));
    figures.put("parts_ms", medians, "p50 of each, one after the other");
    figures.put(
        "failed_requests",
        visitors.failed(),
        "of %d, %d a second during %d deploys"
            .formatted(visitors.sent(), VISITS_PER_SECOND, DEPLOYS));
    inSuccession(figures);
    for (int i = 0; i < FAILURES; i++) {
      fail("failure " + i);
    }
    figures.times("verdict_ms", verdicts);
    figures.progress(
        "the earliest verdict came after %.1f ms, the latest was on '%s'; after the rollout alone: %s"
            .formatted(Collections.min(verdicts) / 1e6, latest, Figures.percentiles(afterRollout)));
    onSmallestPlan(figures);
  }

  /** The same deploys, into the end of each other's pods. */
  private void inSuccession(Figures figures) throws InterruptedException, ExecutionException {
    live.clear();
    Visitors visitors = visited(DEPLOYS, "in succession ", false);
    figures.times("deploy_to_live_in_succession_ms", live);
    figures.put(
        "failed_requests_in_succession",
        visitors.failed(),
        "of %d, likewise".formatted(visitors.sent()));
  }

  /** The first deploys again, with a quarter of the limit of processor time. */
  private void onSmallestPlan(Figures figures) throws InterruptedException, ExecutionException {
    var _ = told(app.changeOnMicro(DeployedApp.saying("on micro")), "live").get();
    versions.add(Sightings.version(cluster.deployment(app)));
    live.clear();
    Visitors visitors = visited(ON_SMALLEST_PLAN, "micro ", true);
    figures.times("deploy_to_live_micro_ms", live);
    figures.put(
        "failed_requests_micro", visitors.failed(), "of %d, likewise".formatted(visitors.sent()));
  }

  /**
   * Those who came during so many deploys.
   *
   * @param rested each begins when nothing of an earlier pod is left
   */
  private Visitors visited(int deploys, String says, boolean rested)
      throws InterruptedException, ExecutionException {
    Visitors visitors =
        Visitors.start(cluster.visitor(), app.url(), VISITS_PER_SECOND, cluster.sightings());
    try {
      for (int i = 0; i < deploys; i++) {
        if (rested) {
          rest();
        }
        deploy(says + i);
      }
    } finally {
      visitors.stop();
    }
    return visitors;
  }

  private void deploy(String says) throws InterruptedException, ExecutionException {
    long begun = System.nanoTime();
    ApiClient.Version change = app.change(DeployedApp.saying(says));
    long committed = System.nanoTime();
    CompletableFuture<Long> told = told(change, "live");
    Sightings sightings = cluster.sightings();
    long applied = sightings.await(app.applied(change), LIVE_WITHIN);
    String version = Sightings.version(cluster.deployment(app));
    long[] ends = {
      committed,
      applied,
      sightings.await(Sightings.scheduled(version), LIVE_WITHIN),
      sightings.await(Sightings.started(version), LIVE_WITHIN),
      sightings.await(Sightings.ready(version), LIVE_WITHIN),
      sightings.await(Visitors.answer(app.url(), DeployedApp.answer(says)), LIVE_WITHIN)
    };
    long before = begun;
    for (int i = 0; i < ends.length; i++) {
      ends[i] = Math.max(before, ends[i]); // pods are made before Flux says that it has applied
      parts.computeIfAbsent(PARTS.get(i), part -> new ArrayList<>()).add(ends[i] - before);
      before = ends[i];
    }
    live.add(before - begun);
    long rolledOut = sightings.await(Sightings.rolledOut(version), LIVE_WITHIN);
    verdict(says, told.get() - Math.max(rolledOut, before));
    afterRollout.add(told.get() - rolledOut);
    versions.add(version);
  }

  /** Returns when only the pod of the newest version is left. */
  private void rest() throws InterruptedException {
    while (versions.size() > 1) {
      var _ = cluster.sightings().await(Sightings.gone(versions.removeFirst()), LIVE_WITHIN);
    }
  }

  private void fail(String says) throws InterruptedException, ExecutionException {
    ApiClient.Version change = app.change(DeployedApp.broken(says));
    CompletableFuture<Long> told = told(change, "failed");
    long applied = cluster.sightings().await(app.applied(change), LIVE_WITHIN);
    String version = Sightings.version(cluster.deployment(app));
    long ended = cluster.sightings().await(Sightings.ended(version), LIVE_WITHIN);
    verdict(says, told.get() - Math.max(applied, ended));
  }

  private void verdict(String deploy, long after) {
    if (verdicts.isEmpty() || after > Collections.max(verdicts)) {
      latest = deploy;
    }
    verdicts.add(after);
  }

  /** When the API's stream of this deploy says what became of it. */
  private CompletableFuture<Long> told(ApiClient.Version change, String expected) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            String outcome =
                app.author()
                    .api()
                    .awaitOutcome(app.id(), change.number(), LIVE_WITHIN)
                    .path("outcome")
                    .asString();
            long now = System.nanoTime();
            if (!outcome.equals(expected)) {
              throw new IllegalStateException(
                  "version %d is %s (expected: %s)".formatted(change.number(), outcome, expected));
            }
            return now;
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
          }
        },
        command -> Thread.ofVirtual().start(command));
  }
}
