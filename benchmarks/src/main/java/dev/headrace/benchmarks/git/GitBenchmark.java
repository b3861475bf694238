package dev.headrace.benchmarks.git;

import dev.headrace.benchmarks.Figures;
import dev.headrace.benchmarks.Folders;
import dev.headrace.git.PlatformRepository;
import dev.headrace.git.SigningKey;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * The platform repository alone, in this process: how many durable signed commits a second, how
 * long one takes, how the repository grows. Native git does the same work in the same run.
 */
public final class GitBenchmark {
  private static final long SEED = 20_261_121L;

  private final int apps;
  private final int deploys;
  private final int history;
  private final Figures figures;

  /**
   * @param apps what most figures are of; there are rows of a tenth and of five times as many
   * @param deploys in each of the rounds whose median is taken
   * @param history how many commits there are in the end; none are added for 0
   */
  public GitBenchmark(int apps, int deploys, int history, PrintStream out) {
    this.apps = apps;
    this.deploys = deploys;
    this.history = history;
    this.figures = new Figures(out);
  }

  /** Prints each figure as it is known and all of them as one JSON object in the last line. */
  public void run() throws IOException, InterruptedException, ExecutionException {
    Path folder = Files.createTempDirectory("headrace-bench-");
    try {
      figures.progress(
          "in %s on %s, seed %d".formatted(folder, new Disk(folder).fileSystem(), SEED));
      Path bare = folder.resolve("platform.git");
      SigningKey key = SigningKey.create(folder.resolve("signing-key"));
      Workload workload = new Workload(SEED);
      try (PlatformRepository repository = PlatformRepository.open(bare, key, Clock.systemUTC())) {
        CommitRates rates = new CommitRates(folder, repository, bare, workload, deploys);
        List<CommitRates.Rates> rows = new ArrayList<>();
        for (int each : new int[] {apps / 10, apps, 5 * apps}) {
          rows.add(rates.with(each, figures));
          if (each == apps) {
            new Clones(folder, repository, bare).run(figures);
          }
        }
        report(rows);
      }
      if (history > 0) {
        new LongHistory(
                bare,
                () -> PlatformRepository.open(bare, key, Clock.systemUTC()),
                workload,
                5 * apps)
            .run(history, figures);
      }
      figures.end();
    } finally {
      Folders.delete(folder);
    }
  }

  private void report(List<CommitRates.Rates> rows) {
    CommitRates.Rates usual = rows.get(1);
    CommitRates.Rates most = rows.get(2);
    figures.put(
        "commits_per_s",
        usual.commitsPerSecond(),
        "signed and forced to the disk, %,d apps, 256 callers; each waited %s"
            .formatted(apps, usual.commit()));
    figures.put(
        "fast_import_per_s",
        usual.fastImportPerSecond(),
        "the same commits by git fast-import, unsigned and not forced");
    figures.ratio("ratio", usual.ratio(), "of these two");
    figures.ratio(
        "ratio_50k_over_10k",
        most.commitsPerSecond() / usual.commitsPerSecond(),
        "commits_per_s with %,d apps over that with %,d".formatted(5 * apps, apps));
    figures.put("single_ms", usual.single().json(), "one caller: " + usual.single());
    figures.put(
        "disk_fsync_ms", usual.fsync().json(), "a new file of 4 KB, forced: " + usual.fsync());
    figures.put("growth_kb", usual.growthKilobytes(), "for each deploy, before a repack");
    figures.put("by_apps", rows.stream().map(CommitRates.Rates::json).toList(), "for the charts");
  }
}
