package dev.headrace.benchmarks.cluster;

import dev.headrace.benchmarks.Figures;
import dev.headrace.benchmarks.Percentiles;
import dev.headrace.testbed.Checkout;
import dev.headrace.testbed.NoPods;
import dev.headrace.testbed.Testbed;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/**
 * The platform as an operator installs it, on the testbed: how long until Flux has applied a
 * commit, until it answers through Traefik, how many deploys there are room for, and what each
 * costs. Beside it, in the same run, what it is compared with.
 */
public final class ClusterBenchmark {
  private static final int FEW = 10;
  private static final int USUAL = 100;
  private static final int MANY = 1_000;
  private static final int WARM_UP = 20;
  private static final int CHANGES = 60;
  private static final int BURST = 200;
  private static final int BURST_ROUNDS = 2;

  /** What an operator gives Headrace for more apps than its usual limit is made for. */
  private static final String MUCH_MEMORY = "4Gi";

  private static final String ROUTER = "traefik";
  private static final String MUCH_MEMORY_OF_ROUTER = "2Gi";

  /** Traefik looks at all routes at each change of one, and with many of them does nothing else. */
  private static final String SELDOM =
      """
      [{"op": "add", "path": "/spec/template/spec/containers/0/args/-", \
      "value": "--providers.kubernetescrd.throttleduration=10s"}]\
      """;

  private interface Ending extends AutoCloseable {
    @Override
    void close();
  }

  private final Testbed testbed;
  private final int most;
  private final Figures figures;
  private boolean measured;

  /**
   * @param home the checkout
   * @param most how many apps there are in the end; the figures of {@value #MANY} want that many,
   *     and more get Headrace and Traefik what these want, and rows of their own
   */
  public ClusterBenchmark(Path home, int most, PrintStream out) {
    this.testbed = new Testbed(new Checkout(home));
    this.most = most;
    this.figures = new Figures(out);
  }

  /** Prints each figure as it is known and all of them as one JSON object in the last line. */
  public void run(boolean keep) throws IOException, InterruptedException, ExecutionException {
    testbed.install();
    try (Ending _ = () -> end(keep);
        Cluster cluster = new Cluster(testbed);
        Guest guest = Guest.start(testbed, cluster.kubernetes())) {
      measure(cluster, guest);
      measured = true;
    }
    figures.end();
  }

  /** What went wrong would go with the testbed. */
  private void end(boolean keep) {
    try {
      if (!measured) {
        testbed.run("kubectl", "get", "pods", "-A", "-l", "!app-id");
        testbed.run("kubectl", "get", "events", "-A", "--field-selector=type=Warning");
      }
    } finally {
      if (!keep) {
        testbed.run("down");
      }
    }
  }

  /** As docs/operators.md has it for thousands of apps. */
  private void makeRoom(Cluster cluster) throws IOException, InterruptedException {
    change(ROUTER, ROUTER, "patch", "--type=json", "--patch=" + SELDOM);
    change(ROUTER, ROUTER, "set", "resources", "--limits=memory=" + MUCH_MEMORY_OF_ROUTER);
    change(Testbed.SYSTEM, "headrace", "set", "resources", "--limits=memory=" + MUCH_MEMORY);
    Testbed.awaitConsole(cluster.visitor());
  }

  private void change(String namespace, String deployment, String... how) {
    String target = "deployment/" + deployment;
    kubectl(namespace, Stream.concat(Arrays.stream(how), Stream.of(target)));
    kubectl(namespace, Stream.of("rollout", "status", "--timeout=180s", target));
  }

  private void kubectl(String namespace, Stream<String> arguments) {
    testbed.run(
        Stream.concat(Stream.of("kubectl", "-n", namespace), arguments).toArray(String[]::new));
  }

  private void measure(Cluster cluster, Guest guest)
      throws IOException, InterruptedException, ExecutionException {
    figures.progress("an app with a pod");
    DeployedApp app = cluster.somebody().create("live");
    new LiveDeploys(cluster, app).run(figures);
    new SeedManifests(cluster, guest, app).run(figures);
    scale(cluster, app);
  }

  private void scale(Cluster cluster, DeployedApp app)
      throws IOException, InterruptedException, ExecutionException {
    ManyApps apps = new ManyApps(cluster);
    var _ = NoPods.of(cluster.kubernetes(), cluster.deployment(app));
    apps.grow(Math.min(FEW, most), figures);
    var _ = apps.applied(WARM_UP, figures);
    double few = median("with %d apps".formatted(FEW), apps.applied(CHANGES, figures));
    apps.grow(Math.min(USUAL, most), figures);
    figures.times("applied_ms", apps.applied(CHANGES, figures));
    new OneGitRepository(cluster, apps.spread(Math.min(USUAL, most))).run(figures);
    if (most > USUAL) {
      grow(apps, Math.min(MANY, most), few);
    }
    burst(cluster, apps);
    if (most > MANY) {
      makeRoom(cluster);
      grow(apps, most, few);
      memory("rss_mb_%d".formatted(most), "with a limit of " + MUCH_MEMORY);
    }
  }

  private void grow(ManyApps apps, int number, double few)
      throws InterruptedException, ExecutionException {
    apps.grow(number, figures);
    double many = median("with %d apps".formatted(number), apps.applied(CHANGES, figures));
    figures.ratio(
        "applied_ratio_%d_over_%d".formatted(number, FEW),
        many / few,
        "p50 %.1f and %.1f ms".formatted(many, few));
  }

  private double median(String what, List<Long> times) {
    Percentiles percentiles = Figures.percentiles(times);
    figures.progress("%s: applied after %s".formatted(what, percentiles));
    return percentiles.at(0.5);
  }

  /**
   * Both in turns, so that neither has the warmer machine. Headrace leaves alone what was told a
   * revision that git does not know, so the driver has apps of its own; each round it brings their
   * code of before back.
   */
  private void burst(Cluster cluster, ManyApps apps)
      throws IOException, InterruptedException, ExecutionException {
    Processes processes = new Processes(testbed.data());
    List<DeployedApp> spread = apps.spread(Math.min(2 * BURST, apps.size()));
    List<DeployedApp> chosen = spread.subList(0, spread.size() / 2);
    List<DeployedApp> driven = spread.subList(chosen.size(), spread.size());
    List<BareDriver> drivers = new ArrayList<>();
    for (int round = 0; round < BURST_ROUNDS; round++) {
      drivers.add(new BareDriver(cluster, driven));
      figures.progress("warm-up: %.1f s".formatted(apps.burst(driven)));
    }
    Map<String, Double> ours = new TreeMap<>();
    Map<String, Double> bare = new TreeMap<>();
    double deploying = 0;
    double driving = 0;
    for (BareDriver driver : drivers) {
      Map<String, Double> begun = processes.cpuSeconds();
      double took = apps.burst(chosen);
      Map<String, Double> between = processes.cpuSeconds();
      double drove = driver.run();
      Processes.add(ours, begun, between);
      Processes.add(bare, between, processes.cpuSeconds());
      figures.progress(
          "%d deploys at once: %.1f s; by a bare driver: %.1f s"
              .formatted(chosen.size(), took, drove));
      deploying += took;
      driving += drove;
    }
    int number = chosen.size() * BURST_ROUNDS;
    figures.put(
        "burst_per_s",
        number / deploying,
        "%d deploys at once, %d times, until all are applied"
            .formatted(chosen.size(), BURST_ROUNDS));
    figures.put("cpu_s_per_deploy", Processes.shares(ours, number), "in these bursts");
    figures.put("driver_per_s", number / driving, "the same artifacts by a bare driver");
    figures.progress("CPU seconds per app of the bare driver: " + Processes.shares(bare, number));
    memory("rss_mb", "%d apps, after the bursts".formatted(apps.size()));
    drivers.getLast().giveBack();
  }

  private void memory(String name, String when) throws IOException {
    Map<String, Double> megabytes = new Processes(testbed.data()).residentMegabytes();
    double ours = Objects.requireNonNull(megabytes.get(Processes.HEADRACE));
    figures.put(name, ours, "of Headrace, " + when);
    figures.progress("MB of each component: " + megabytes);
  }
}
