package dev.headrace.git;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers packs and writes the commit-graph while commits go on: when none has come for a moment,
 * or when there is very much to do. Each has a thread of its own, because the commit-graph of a
 * long history takes minutes, and packs become too many in some seconds.
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
          Duration.ofMinutes(10),
          Duration.ofMinutes(10),
          Duration.ofMinutes(1));
    }
  }

  /** The commit-graph is written for no more than one sixth of the time, unless much is new. */
  private static final int GRAPH_PAUSES_TO_WRITINGS = 5;

  /** After so many batches it is written as soon as it is quiet. */
  private static final int MUCH_NEW_FOR_GRAPH = 1_000;

  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(20);

  /** While commits come, which may be hundreds of packs a second. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

  private final FileRepository repository;
  private final MainBranch main;
  private final PackFolder packs;
  private final KnownPacks known;
  private final Settings settings;
  private final PackGathering gathering;
  private final MaintenanceChore packing;
  private final MaintenanceChore graphing;
  private final MaintenanceRounds packRounds;
  private final MaintenanceRounds graphRounds;

  private final AtomicLong lastBatch = new AtomicLong(System.nanoTime());
  private final AtomicLong batches = new AtomicLong();
  private final AtomicInteger gatherings = new AtomicInteger();
  private final Lock finding = new ReentrantLock();
  private volatile @Nullable PackTool tool;

  /** The tip of main that the commit-graph holds; for the thread that writes it, as is when. */
  private @Nullable ObjectId graphHolds;

  private long graphHoldsBatches;
  private long graphWritten;
  private Duration graphTook = Duration.ZERO;

  Maintenance(
      FileRepository repository, KnownPacks known, Settings settings, GatheringSteps steps) {
    this.repository = repository;
    this.main = new MainBranch(repository);
    this.packs = known.folder();
    this.known = known;
    this.settings = settings;
    this.gathering = new PackGathering(repository, known, steps);
    this.packing = new MaintenanceChore("gather packs", settings.retry(), this::gather);
    this.graphing =
        new MaintenanceChore("write the commit-graph", settings.retry(), this::writeGraph);
    this.packRounds =
        new MaintenanceRounds(
            "headrace-git-packs", settings.lull(), settings.retry(), this::gatherIfMany);
    this.graphRounds =
        new MaintenanceRounds(
            "headrace-git-graph", settings.lull(), settings.retry(), this::writeGraphIfOld);
  }

  void start() {
    packRounds.start();
    graphRounds.start();
  }

  /** A batch is on main; costs next to nothing. */
  void published() {
    lastBatch.set(System.nanoTime());
    batches.incrementAndGet();
    packRounds.news();
    graphRounds.news();
  }

  MaintenanceStatus status() {
    PackTool by = tool;
    return new MaintenanceStatus(
        by == null ? "nothing yet" : by.description(),
        packs.known(),
        packRounds.isResting() && graphRounds.isResting(),
        gatherings.get(),
        packing.failure().or(graphing::failure));
  }

  /** Looked for once, by the first who needs it. */
  private PackTool tool() {
    finding.lock();
    try {
      PackTool earlier = tool;
      if (earlier != null) {
        return earlier;
      }
      PackTool found =
          NativePacks.find(
                  repository.getDirectory().toPath(), known, settings.path(), settings.limit())
              .<PackTool>map(git -> git)
              .orElseGet(() ->
                  new JGitPacks(repository, known, "native git 2.34 or newer is not installed"));
      tool = found;
      if (packRounds.isEnded()) {
        found.end(); // who closed this could not do it
      }
      log.info("Packs of the platform repository are gathered by {}", found.description());
      return found;
    } finally {
      finding.unlock();
    }
  }

  private Optional<Duration> gatherIfMany() {
    boolean quiet = isQuiet();
    int before = packs.known();
    boolean tooMany = before > (quiet ? settings.few() : settings.many());
    boolean done = !tooMany || packing.attempt(tool(), packRounds::isEnded);
    if (!quiet) {
      return Optional.of(untilQuiet());
    }
    if (!done) {
      return Optional.of(longest(packing.pause(), SHORTEST_PAUSE));
    }
    boolean more = packs.known() > settings.few() && packs.known() < before;
    return more ? Optional.of(SHORTEST_PAUSE) : Optional.empty();
  }

  private Optional<Duration> writeGraphIfOld() {
    boolean quiet = isQuiet();
    boolean due = graphIsOld() && !graphPause(quiet).isPositive();
    boolean done = !due || graphing.attempt(tool(), graphRounds::isEnded);
    if (!quiet) {
      return Optional.of(untilQuiet());
    }
    if (!done) {
      return Optional.of(longest(graphing.pause(), SHORTEST_PAUSE));
    }
    return graphIsOld() ? Optional.of(longest(graphPause(true), SHORTEST_PAUSE)) : Optional.empty();
  }

  private boolean isQuiet() {
    return since(lastBatch.get()).compareTo(settings.lull()) >= 0;
  }

  private Duration untilQuiet() {
    Duration left = longest(settings.lull().minus(since(lastBatch.get())), SHORTEST_PAUSE);
    return left.compareTo(LOOK_AGAIN) < 0 ? left : LOOK_AGAIN;
  }

  private boolean graphIsOld() {
    try {
      return !main.read().equals(Optional.ofNullable(graphHolds));
    } catch (IOException e) {
      return true;
    }
  }

  private Duration graphPause(boolean quiet) {
    boolean muchNew = batches.get() - graphHoldsBatches >= MUCH_NEW_FOR_GRAPH;
    if (graphHolds == null || (quiet && muchNew)) {
      return Duration.ZERO;
    }
    Duration pause = quiet ? settings.graphPause() : settings.busyGraphPause();
    return longest(pause, graphTook.multipliedBy(GRAPH_PAUSES_TO_WRITINGS))
        .minus(since(graphWritten));
  }

  private void gather(PackTool by) throws IOException {
    Leftovers.removeUnfinishedPacks(packs.path());
    try (SteadyForcing _ = new SteadyForcing(packs.path())) {
      gathering.run(by, !isQuiet(), settings.few());
    }
    packs.recount();
    gatherings.incrementAndGet();
  }

  private void writeGraph(PackTool by) throws IOException {
    Path info = repository.getObjectDatabase().getDirectory().toPath().resolve("info");
    Leftovers.removeUnfinishedGraphs(info);
    long published = batches.get();
    Optional<ObjectId> head = main.read();
    long begun = System.nanoTime();
    try (SteadyForcing _ = new SteadyForcing(info)) {
      by.writeCommitGraph();
    }
    graphTook = since(begun);
    graphHolds = head.orElse(null);
    graphHoldsBatches = published;
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
    packRounds.end();
    graphRounds.end();
    PackTool by = tool;
    if (by != null) {
      by.end();
    }
    packRounds.join();
    graphRounds.join();
  }
}
