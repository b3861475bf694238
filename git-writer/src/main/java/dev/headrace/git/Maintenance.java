package dev.headrace.git;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers packs and writes the commit-graph, on a thread of its own, while commits go on: when none
 * has come for a moment, or when there is very much to do.
 */
final class Maintenance implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Maintenance.class);

  /**
   * When it works.
   *
   * @param path where git is looked for, as in the variable {@code PATH}
   * @param few so many packs are left alone
   * @param many more packs than these are gathered also while commits come
   * @param lull how long no commit came until it is quiet
   * @param graphPause between two writings of the commit-graph when it is quiet; one costs the more
   *     the longer the history is
   * @param busyGraphPause the same while commits come
   * @param limit how long git may take
   * @param retry after the first failure; each further one doubles it
   */
  record Settings(
      String path,
      int few,
      int many,
      Duration lull,
      Duration graphPause,
      Duration busyGraphPause,
      Duration limit,
      Duration retry) {

    static Settings usual() {
      return new Settings(
          Optional.ofNullable(System.getenv("PATH")).orElse("/usr/local/bin:/usr/bin:/bin"),
          24,
          300,
          Duration.ofSeconds(2),
          Duration.ofSeconds(30),
          Duration.ofHours(1), // for as long as it is written, no packs are gathered
          Duration.ofMinutes(10),
          Duration.ofMinutes(1));
    }
  }

  private static final int MOST_DOUBLINGS = 6;

  /** The commit-graph is written for no more than one sixth of the time. */
  private static final int GRAPH_PAUSES_TO_WRITINGS = 5;

  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(20);

  /** While commits come, which may be hundreds of packs a second. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

  private final FileRepository repository;
  private final MainBranch main;
  private final PackFolder packs;
  private final Settings settings;
  private final PackGathering gathering;
  private final Chore packing = new Chore("gather packs", this::gather);
  private final Chore graphing = new Chore("write the commit-graph", this::writeGraph);
  private final Thread thread = new Thread(this::run, "headrace-git-maintenance");

  private volatile long lastBatch = System.nanoTime();
  private final AtomicInteger gatherings = new AtomicInteger();
  private volatile @Nullable PackTool tool;

  /** The tip of main that the commit-graph holds; for the thread of the maintenance, as is when. */
  private @Nullable ObjectId graphHolds;

  private long graphWritten;
  private Duration graphTook = Duration.ZERO;

  private boolean news;
  private boolean resting;
  private boolean closed;

  Maintenance(
      FileRepository repository, PackFolder packs, Settings settings, GatheringSteps steps) {
    this.repository = repository;
    this.main = new MainBranch(repository);
    this.packs = packs;
    this.settings = settings;
    this.gathering = new PackGathering(repository, packs, steps);
  }

  void start() {
    thread.setDaemon(true);
    thread.start();
  }

  /** A batch is on main; costs next to nothing. */
  synchronized void published() {
    lastBatch = System.nanoTime();
    news = true;
    notifyAll();
  }

  synchronized MaintenanceStatus status() {
    PackTool by = tool;
    return new MaintenanceStatus(
        by == null ? "nothing yet" : by.description(),
        packs.known(),
        resting && !news,
        gatherings.get(),
        packing.failure().or(graphing::failure));
  }

  private void run() {
    PackTool found = find();
    if (!use(found)) {
      return;
    }
    log.info("Packs of the platform repository are gathered by {}", found.description());
    Optional<Duration> pause = Optional.of(settings.lull());
    while (goesOnAfter(pause)) {
      pause = work(found);
    }
  }

  private PackTool find() {
    Optional<NativePacks> git =
        NativePacks.find(
            repository.getDirectory().toPath(), packs, settings.path(), settings.limit());
    return git.isPresent()
        ? git.get()
        : new JGitPacks(repository, packs, "native git 2.34 or newer is not installed");
  }

  private synchronized boolean use(PackTool found) {
    tool = found;
    return !closed;
  }

  /**
   * Waits.
   *
   * @param pause empty: until there are news
   * @return whether to go on
   */
  private synchronized boolean goesOnAfter(Optional<Duration> pause) {
    long begun = System.nanoTime();
    try {
      while (!closed) {
        long left = pause.orElse(Duration.ZERO).minus(since(begun)).toMillis();
        if (pause.isPresent() ? left <= 0 : news) {
          break;
        }
        resting = pause.isEmpty();
        wait(pause.isPresent() ? left : 0);
      }
    } catch (InterruptedException e) {
      return false;
    }
    resting = false;
    news = false;
    return !closed;
  }

  /**
   * Does what there is to do now.
   *
   * @return when it looks again; empty: when there is something new
   */
  private Optional<Duration> work(PackTool by) {
    boolean quiet = since(lastBatch).compareTo(settings.lull()) >= 0;
    boolean tooMany = packs.known() > (quiet ? settings.few() : settings.many());
    boolean gathered = !tooMany || packing.attempt(by);
    boolean graphed = !graphIsOld() || graphPause(quiet).isPositive() || graphing.attempt(by);
    if (!quiet) {
      Duration untilQuiet = longest(settings.lull().minus(since(lastBatch)), SHORTEST_PAUSE);
      return Optional.of(untilQuiet.compareTo(LOOK_AGAIN) < 0 ? untilQuiet : LOOK_AGAIN);
    }
    if (!gathered || !graphed) {
      return Stream.of(packing, graphing)
          .filter(Chore::isFailing)
          .map(Chore::pause)
          .min(Comparator.naturalOrder())
          .map(pause -> longest(pause, SHORTEST_PAUSE));
    }
    return graphIsOld() ? Optional.of(longest(graphPause(true), SHORTEST_PAUSE)) : Optional.empty();
  }

  private boolean graphIsOld() {
    try {
      return !main.read().equals(Optional.ofNullable(graphHolds));
    } catch (IOException e) {
      return true;
    }
  }

  private Duration graphPause(boolean quiet) {
    if (graphHolds == null) {
      return Duration.ZERO;
    }
    Duration pause = quiet ? settings.graphPause() : settings.busyGraphPause();
    return longest(pause, graphTook.multipliedBy(GRAPH_PAUSES_TO_WRITINGS))
        .minus(since(graphWritten));
  }

  private void gather(PackTool by) throws IOException {
    Path objects = repository.getObjectDatabase().getDirectory().toPath();
    Leftovers.removeUnfinished(objects);
    try (SteadyForcing _ = new SteadyForcing(objects)) {
      gathering.run(by);
    }
    packs.recount();
    gatherings.incrementAndGet();
  }

  private void writeGraph(PackTool by) throws IOException {
    Path objects = repository.getObjectDatabase().getDirectory().toPath();
    Leftovers.removeUnfinished(objects);
    Optional<ObjectId> head = main.read();
    long begun = System.nanoTime();
    try (SteadyForcing _ = new SteadyForcing(objects)) {
      by.writeCommitGraph();
    }
    graphTook = since(begun);
    graphHolds = head.orElse(null);
    graphWritten = System.nanoTime();
  }

  private static Duration since(long nanoTime) {
    return Duration.ofNanos(System.nanoTime() - nanoTime);
  }

  private static Duration longest(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  /** Ends what runs, which leaves nothing that the next start does not put in order. */
  @Override
  public void close() {
    PackTool by;
    synchronized (this) {
      closed = true;
      by = tool;
      notifyAll();
    }
    if (by != null) {
      by.end();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private interface Work {
    void with(PackTool tool) throws IOException;
  }

  /** Work that is tried again later and later for as long as it fails; the log tells it once. */
  private final class Chore {
    private final String what;
    private final Work work;
    private volatile Optional<String> failure = Optional.empty();
    private int failures;
    private long failed;

    Chore(String what, Work work) {
      this.what = what;
      this.work = work;
    }

    Optional<String> failure() {
      return failure;
    }

    boolean isFailing() {
      return failures > 0;
    }

    /** How long not to try it again. */
    Duration pause() {
      return failures == 0
          ? Duration.ZERO
          : settings
              .retry()
              .multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS))
              .minus(since(failed));
    }

    /** Whether it is done. */
    boolean attempt(PackTool by) {
      if (pause().isPositive()) {
        return false;
      }
      try {
        work.with(by);
        if (failures > 0) {
          log.info("Could {} again, by {}", what, by.description());
        }
        failures = 0;
        failure = Optional.empty();
        return true;
      } catch (IOException | RuntimeException | Error e) {
        failed(by, e);
        return false;
      }
    }

    private void failed(PackTool by, Throwable cause) {
      synchronized (Maintenance.this) {
        if (closed) {
          return;
        }
      }
      if (failures == 0) {
        log.warn(
            "Could not {}, by {}; commits go on, and it is tried again from time to time",
            what,
            by.description(),
            cause);
      }
      failures++;
      failed = System.nanoTime();
      failure = Optional.of("Could not " + what + ": " + cause.getMessage());
    }
  }
}
