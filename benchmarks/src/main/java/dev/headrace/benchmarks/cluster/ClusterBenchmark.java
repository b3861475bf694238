package dev.headrace.benchmarks.cluster;

import dev.headrace.benchmarks.Figures;
import dev.headrace.benchmarks.Percentiles;
import dev.headrace.testbed.Testbed;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

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

  private interface Ending extends AutoCloseable {
    @Override
    void close();
  }

  private final Testbed testbed;
  private final int most;
  private final Figures figures;

  /**
   * @param home the checkout
   * @param most how many apps there are in the end; the figures of {@value #MANY} want that many
   */
  public ClusterBenchmark(Path home, int most, PrintStream out) {
    this.testbed = new Testbed(home);
    this.most = most;
    this.figures = new Figures(out);
  }

  /** Prints each figure as it is known and all of them as one JSON object in the last line. */
  public void run(boolean keep) throws IOException, InterruptedException, ExecutionException {
    testbed.install();
    try (Ending _ = keep ? () -> {} : () -> testbed.run("down");
        Cluster cluster = new Cluster(testbed);
        Guest guest = Guest.start(testbed, cluster.kubernetes())) {
      measure(cluster, guest);
    }
    figures.end();
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
    apps.withoutPods(app);
    apps.grow(Math.min(FEW, most), figures);
    var _ = apps.applied(WARM_UP, figures);
    double few = median("with %d apps".formatted(FEW), apps.applied(CHANGES, figures));
    apps.grow(Math.min(USUAL, most), figures);
    figures.times("applied_ms", apps.applied(CHANGES, figures));
    new OneGitRepository(cluster, apps.spread(Math.min(USUAL, most))).run(figures);
    if (most > USUAL) {
      apps.grow(most, figures);
      double many = median("with %d apps".formatted(most), apps.applied(CHANGES, figures));
      figures.put(
          most == MANY ? "applied_ratio_1000_over_10" : "applied_ratio_%d_over_10".formatted(most),
          Math.round(many / few * 100) / 100.0,
          "p50 %.1f and %.1f ms".formatted(many, few));
    }
    burst(cluster, apps);
  }

  private double median(String what, List<Long> times) {
    Percentiles percentiles = Figures.percentiles(times);
    figures.progress("%s: applied after %s".formatted(what, percentiles));
    return percentiles.at(0.5);
  }

  private void burst(Cluster cluster, ManyApps apps)
      throws IOException, InterruptedException, ExecutionException {
    Processes processes = new Processes(testbed.data());
    List<DeployedApp> chosen = apps.spread(Math.min(BURST, most));
    BareDriver driver = new BareDriver(cluster, chosen);
    Map<String, Double> before = processes.cpuSeconds();
    double seconds = apps.burst(chosen);
    Map<String, Double> after = processes.cpuSeconds();
    figures.put(
        "burst_per_s",
        chosen.size() / seconds,
        "%d deploys at once, all applied after %.1f s".formatted(chosen.size(), seconds));
    figures.put(
        "cpu_s_per_deploy", Processes.perDeploy(before, after, chosen.size()), "in this burst");
    double driven = driver.run();
    figures.put("driver_per_s", chosen.size() / driven, "the same artifacts by a bare driver");
    figures.progress(
        "CPU seconds per app of the bare driver: "
            + Processes.perDeploy(after, processes.cpuSeconds(), chosen.size()));
    figures.put(
        "rss_mb",
        processes.residentMegabytes(),
        "of Headrace, %d apps, after the burst".formatted(most));
  }
}
