package dev.headrace.benchmarks.git;

import dev.headrace.benchmarks.Figures;
import dev.headrace.benchmarks.Percentiles;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.CommitId;
import dev.headrace.git.PlatformRepository;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/**
 * What a repository costs that has been written to for years: the page of an app's history, the
 * start, the start that has lost the index. Some apps change so often that their pages are full.
 */
final class LongHistory {
  private static final int MANY = 256;
  private static final int OFTEN = 100;
  private static final int OFTEN_OF_ALL = 10;
  private static final int GATHERINGS = 4;
  private static final int FEW_PACKS = 50;
  private static final int AT_A_TIME = 50;
  private static final int PAGE = 50;
  private static final int PAGES = 2_000;

  private final Path bare;
  private final Supplier<PlatformRepository> open;
  private final Workload workload;
  private final int apps;

  /**
   * @param apps how many the repository has
   */
  LongHistory(Path bare, Supplier<PlatformRepository> open, Workload workload, int apps) {
    this.bare = bare;
    this.open = open;
    this.workload = workload;
    this.apps = apps;
  }

  void run(int commits, Figures figures)
      throws IOException, InterruptedException, ExecutionException {
    try (PlatformRepository repository = open.get()) {
      grow(repository, commits, figures);
      pause(repository, figures);
      settle(repository, figures);
    }
    start(commits, figures);
    try (PlatformRepository repository = open.get()) {
      pages(repository, commits, figures);
      heap(commits, figures);
      new WholeClone(bare, repository).run(commits, figures);
    }
  }

  private void grow(PlatformRepository repository, int commits, Figures figures)
      throws InterruptedException, ExecutionException, IOException {
    int had = Integer.parseInt(new NativeGit(bare).run("rev-list", "--count", "main"));
    int missing = Math.max(0, commits - had);
    Callers.Sent sent =
        new Callers(repository, MANY)
            .send(
                missing, i -> workload.deploy(workload.app(i % OFTEN_OF_ALL == 0 ? OFTEN : apps)));
    figures.progress(
        "%,d commits: the last %,d at %,.0f a second"
            .formatted(had + missing, missing, sent.perSecond()));
  }

  /** One caller, so that each wait is seen as it is; every commit of theirs is a pack. */
  private void pause(PlatformRepository repository, Figures figures)
      throws InterruptedException, ExecutionException {
    try (ForcedFiles forced = new ForcedFiles()) {
      Upkeep upkeep = new Upkeep(repository);
      int before = upkeep.gatherings();
      List<Long> nanos = new ArrayList<>();
      int gathered = 0;
      while (gathered < GATHERINGS) {
        for (long each :
            new Callers(repository, 1).send(AT_A_TIME, i -> workload.deploy(i)).nanos()) {
          nanos.add(each);
        }
        gathered = upkeep.gatherings() - before;
      }
      figures.put(
          "pause_ms",
          Collections.max(nanos) / 1e6,
          "the longest of %,d commits of one caller, while packs were gathered %d times: %s; to force one file to the disk took %.1f ms at most"
              .formatted(
                  nanos.size(), gathered, Figures.percentiles(nanos), forced.longestMillis()));
    }
  }

  private static void settle(PlatformRepository repository, Figures figures) {
    Upkeep upkeep = new Upkeep(repository);
    long begun = System.nanoTime();
    upkeep.await(status -> status.packs() < FEW_PACKS);
    figures.put(
        "settled_s",
        secondsSince(begun),
        "after the last commit, until fewer than %d packs are left".formatted(FEW_PACKS));
    upkeep.awaitIdle();
    figures.put(
        "graph_s",
        secondsSince(begun),
        "likewise, until the commit-graph has main; %d packs are left then"
            .formatted(upkeep.packs()));
  }

  private static double secondsSince(long nanoTime) {
    return (System.nanoTime() - nanoTime) / 1e9;
  }

  private void start(int commits, Figures figures) throws IOException {
    ManagementFactory.getMemoryMXBean().gc(); // a process that starts has nothing to collect
    figures.put("start_s", started(), "opened with %,d commits".formatted(commits));
    Files.delete(bare.resolve("headrace.history"));
    double seconds = started();
    figures.put(
        "reindex_per_s",
        commits / seconds,
        "commits read and verified a second when the index is lost: %.1f s".formatted(seconds));
  }

  private double started() {
    long begun = System.nanoTime();
    try (PlatformRepository _ = open.get()) {
      return secondsSince(begun);
    }
  }

  /** With the repository open, and old commits read. */
  private static void heap(int commits, Figures figures) {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    memory.gc();
    figures.put(
        "heap_mb",
        memory.getHeapMemoryUsage().getUsed() / 1e6,
        "of Java with the repository open, %,d commits; most are JGit's indexes of packs"
            .formatted(commits));
  }

  /** Each of another app, and below the first page where there is more. */
  private void pages(PlatformRepository repository, int commits, Figures figures) {
    List<Long> full = new ArrayList<>();
    List<Long> all = new ArrayList<>();
    for (int i = 0; i < PAGES; i++) {
      AppId app = Workload.id(workload.app(i % 2 == 0 ? OFTEN : apps));
      Optional<CommitId> before = Optional.empty();
      do {
        long begun = System.nanoTime();
        List<AppCommit> page = repository.history(app, PAGE, before);
        long took = System.nanoTime() - begun;
        all.add(took);
        if (page.size() == PAGE) {
          full.add(took);
        }
        before =
            page.size() < PAGE || before.isPresent()
                ? Optional.empty()
                : Optional.of(page.getLast().id());
      } while (before.isPresent());
    }
    Percentiles pages = Figures.percentiles(full);
    figures.put(
        "history_ms",
        pages.json(),
        "a page of %d, %,d commits: %s; of all apps, also with less: %s"
            .formatted(PAGE, commits, pages, Figures.percentiles(all)));
  }
}
