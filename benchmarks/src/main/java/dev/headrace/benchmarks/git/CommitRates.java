package dev.headrace.benchmarks.git;

import dev.headrace.benchmarks.Figures;
import dev.headrace.benchmarks.Folders;
import dev.headrace.benchmarks.Percentiles;
import dev.headrace.git.PlatformRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/**
 * How many durable signed commits a second a repository of so many apps takes, in turns with native
 * git that builds the same commits.
 */
final class CommitRates {
  private static final int ROUNDS = 3;
  private static final int MANY = 256;
  private static final int SINGLE = 500;
  private static final int FEW = 2_000;

  private final Path folder;
  private final PlatformRepository repository;
  private final NativeGit git;
  private final Workload workload;
  private final int deploys;
  private int apps;

  /**
   * @param folder where the repository is and whatever else is needed for a while
   */
  CommitRates(
      Path folder, PlatformRepository repository, Path bare, Workload workload, int deploys) {
    this.folder = folder;
    this.repository = repository;
    this.git = new NativeGit(bare);
    this.workload = workload;
    this.deploys = deploys;
  }

  /** Medians of the rounds; latencies are those of all rounds. */
  record Rates(
      int apps,
      double commitsPerSecond,
      double fastImportPerSecond,
      Percentiles commit,
      Percentiles single,
      Percentiles fsync,
      double growthKilobytes) {
    double ratio() {
      return commitsPerSecond / fastImportPerSecond;
    }

    Map<String, Object> json() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("apps", apps);
      json.put("commits_per_s", Percentiles.rounded(commitsPerSecond));
      json.put("fast_import_per_s", Percentiles.rounded(fastImportPerSecond));
      json.put("commit_ms", commit.json());
      json.put("single_ms", single.json());
      json.put("disk_fsync_ms", fsync.json());
      json.put("growth_kb", Percentiles.rounded(growthKilobytes));
      return json;
    }
  }

  Rates with(int wanted, Figures figures)
      throws IOException, InterruptedException, ExecutionException {
    grow(wanted, figures);
    Upkeep upkeep = new Upkeep(repository);
    upkeep.awaitIdle();
    figures.progress("%,d apps: one caller, %,d commits".formatted(apps, SINGLE));
    Callers.Sent single =
        new Callers(repository, 1).send(SINGLE, i -> workload.deploy(workload.app(apps)));
    Percentiles fsync = new Percentiles(new Disk(folder).fsyncNanos());
    double growth = growthKilobytes(upkeep);
    Path copied = folder.resolve("copy.git");
    NativeGit copy = git.copyTo(copied);
    long[] nanos = {};
    double[] ours = new double[ROUNDS];
    double[] theirs = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      String start = repository.head().sha();
      Callers.Sent sent =
          new Callers(repository, MANY).send(deploys, i -> workload.deploy(workload.app(apps)));
      nanos = concatenated(nanos, sent.nanos());
      ours[round] = sent.perSecond();
      theirs[round] = deploys / imported(copy, start);
      figures.progress(
          "%,d apps: %,.0f commits/s; git fast-import %,.0f"
              .formatted(apps, ours[round], theirs[round]));
    }
    Folders.delete(copied);
    return new Rates(
        apps,
        median(ours),
        median(theirs),
        new Percentiles(nanos),
        new Percentiles(single.nanos()),
        fsync,
        growth);
  }

  /** Of so few deploys that nothing is gathered before they are counted. */
  private double growthKilobytes(Upkeep upkeep)
      throws IOException, InterruptedException, ExecutionException {
    upkeep.awaitIdle();
    int gathered = upkeep.gatherings();
    long before = Disk.bytes(git.repository());
    var _ = new Callers(repository, MANY).send(FEW, i -> workload.deploy(workload.app(apps)));
    long after = Disk.bytes(git.repository());
    if (upkeep.gatherings() != gathered) {
      throw new IllegalStateException("packs were gathered while what they take was counted");
    }
    return (after - before) / 1024.0 / FEW;
  }

  private void grow(int wanted, Figures figures) throws InterruptedException, ExecutionException {
    int had = apps;
    Callers.Sent created =
        new Callers(repository, MANY).send(wanted - had, i -> workload.deploy(had + i));
    apps = wanted;
    figures.progress(
        "%,d apps: the last %,d of them created at %,.0f a second"
            .formatted(apps, wanted - had, created.perSecond()));
  }

  /** Seconds; what git built must be what we built. */
  private double imported(NativeGit copy, String start) throws IOException, InterruptedException {
    Path stream = folder.resolve("stream");
    git.export(start, stream);
    double seconds = copy.fastImport(stream);
    Files.delete(stream);
    String ours = git.run("rev-parse", "main^{tree}");
    String theirs = copy.run("rev-parse", "main^{tree}");
    if (!ours.equals(theirs)) {
      throw new IllegalStateException(
          "git fast-import built tree " + theirs + " where Headrace has " + ours);
    }
    return seconds;
  }

  private static long[] concatenated(long[] one, long[] other) {
    long[] both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
