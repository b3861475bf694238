package dev.headrace.benchmarks;

import dev.headrace.client.ApiClient;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The platform on this machine: how long until a change answers, until it is committed, until code
 * is checked, until the platform is up, and how much memory it takes. It runs as a process of its
 * own on a folder of its own and is driven over HTTP only.
 */
public final class LocalBenchmark {
  private static final int STARTS = 5;
  private static final int WARM_UP = 20;
  private static final int DEPLOYS = 50;
  private static final int DEPLOYERS = 10;
  private static final int DEPLOYS_EACH = 10;
  private static final int CHECKS = 200;
  private static final int CHECKED_LINES = 200;
  private static final Duration LIVE_WITHIN = Duration.ofSeconds(30);

  private final Path launcher;
  private final PrintStream out;

  /**
   * @param launcher the {@code headrace} script
   */
  public LocalBenchmark(Path launcher, PrintStream out) {
    this.launcher = launcher;
    this.out = out;
  }

  /** Prints each figure as it is known and all of them as one JSON object in the last line. */
  public void run() throws IOException, InterruptedException, ExecutionException {
    Path data = Files.createTempDirectory("headrace-bench-");
    try {
      Map<String, Object> figures = new LinkedHashMap<>();
      double start = median(starts(data));
      try (PlatformProcess platform = PlatformProcess.start(launcher, data)) {
        ApiClient api = ApiClient.at(platform.consoleUrl()).signUp("bench", "correct horse");
        Percentiles checks = checks(api); // while no app starts or stops beside them
        report(figures, "deploy_to_live_ms", deploysToLive(api));
        report(figures, "accept_ms", accepts(api));
        report(figures, "syntax_check_ms", checks);
        figures.put("start_s", Percentiles.rounded(start));
        out.printf("%-20s %12.1f   (median of %d)%n", "start_s", start, STARTS);
        double rss = platform.residentMegabytes();
        figures.put("rss_mb", Percentiles.rounded(rss));
        out.printf(
            "%-20s %12.1f   (after %d deploys)%n",
            "rss_mb", rss, WARM_UP + DEPLOYS + DEPLOYERS * (DEPLOYS_EACH + 1));
      }
      out.println(new JsonMapper().writeValueAsString(figures));
    } finally {
      Folders.delete(data);
    }
  }

  private void report(Map<String, Object> figures, String name, Percentiles times) {
    figures.put(name, times.json());
    out.printf("%-20s %s%n", name, times);
  }

  private double[] starts(Path data) throws IOException, InterruptedException {
    PlatformProcess.start(launcher, data).close(); // builds what is stale and makes the folder
    double[] seconds = new double[STARTS];
    for (int i = 0; i < STARTS; i++) {
      try (PlatformProcess platform = PlatformProcess.start(launcher, data)) {
        seconds[i] = platform.startedAfter().toMillis() / 1000.0;
      }
    }
    return seconds;
  }

  /** From sending the change to its answer through the apps' port, one after the other. */
  private Percentiles deploysToLive(ApiClient api) throws InterruptedException {
    App app = App.create(api, "live");
    for (int i = 0; i < WARM_UP; i++) {
      app.deployUntilLive("warm-up " + i, LIVE_WITHIN);
    }
    long[] nanos = new long[DEPLOYS];
    for (int i = 0; i < DEPLOYS; i++) {
      nanos[i] = app.deployUntilLive("version " + i, LIVE_WITHIN);
    }
    return new Percentiles(nanos);
  }

  /** From sending a change to the answer that it is committed, several people at once. */
  private Percentiles accepts(ApiClient api) throws InterruptedException, ExecutionException {
    List<Callable<long[]>> people = new ArrayList<>();
    for (int person = 0; person < DEPLOYERS; person++) {
      App app = App.create(api, "accept " + person);
      people.add(() -> {
        long[] nanos = new long[DEPLOYS_EACH];
        for (int i = 0; i < DEPLOYS_EACH; i++) {
          nanos[i] = app.deploy("change " + i);
        }
        return nanos;
      });
    }
    LongStream all = LongStream.empty();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<long[]> nanos : threads.invokeAll(people)) {
        all = LongStream.concat(all, LongStream.of(nanos.get()));
      }
    }
    return new Percentiles(all.toArray());
  }

  private Percentiles checks(ApiClient api) throws InterruptedException {
    Map<String, String> request = Map.of("code", App.longCode(CHECKED_LINES));
    long[] nanos = new long[CHECKS];
    for (int i = 0; i < CHECKS; i++) {
      check(api, request); // the JVM has not run this before
    }
    for (int i = 0; i < CHECKS; i++) {
      long begun = System.nanoTime();
      check(api, request);
      nanos[i] = System.nanoTime() - begun;
    }
    return new Percentiles(nanos);
  }

  private static void check(ApiClient api, Map<String, String> request)
      throws InterruptedException {
    JsonNode answer = api.post("/api/apps/validate", request);
    if (!answer.path("valid").asBoolean()) {
      throw new IllegalStateException("the checked code is refused: " + answer);
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    java.util.Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
