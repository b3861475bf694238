package dev.headrace.git;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that builds commits, and the one that publishes them. A batch is what arrived
 * while the last one was built: its commits are made durable together and published by one move of
 * {@code main}, while the next batch is built upon it already, and only then answered. What was
 * built upon a batch that is not published is built again, and so is a batch that found {@code
 * main} moved by somebody else.
 */
final class GroupCommit implements AutoCloseable {

  static final int QUEUE = 1_024;
  static final int BATCH = 128;

  private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private record Waiting(
      Prepared prepared, CompletableFuture<CommitOutcome<PlatformCommit>> answer) {}

  private final Preparation preparation;
  private final Batch.Tools tools;
  private final Publisher publisher;
  private final PushSettlement pushes;
  private final CommitSteps steps;

  /** What waits; empty, and then never anything more, is the end. */
  private final BlockingQueue<Optional<Waiting>> queue = new ArrayBlockingQueue<>(QUEUE);

  private final Thread thread = new Thread(this::run, "headrace-git-writer");
  private final ExecutorService publishing =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("headrace-git-publisher").factory());

  /** Had by who hands the publisher its next work, in the order of asking. */
  private final ReentrantLock turn = new ReentrantLock(true);

  /** The batch that is being published; for the building thread. */
  private @Nullable Batch inFlight;

  private CompletableFuture<?> published = CompletableFuture.completedFuture(null);
  private boolean closed;

  GroupCommit(
      Preparation preparation,
      Batch.Tools tools,
      Publisher publisher,
      PushSettlement pushes,
      CommitSteps steps) {
    this.preparation = preparation;
    this.tools = tools;
    this.publisher = publisher;
    this.pushes = pushes;
    this.steps = steps;
  }

  void start() {
    thread.setDaemon(true);
    thread.start();
  }

  CompletableFuture<CommitOutcome<PlatformCommit>> commit(PlatformChange change) {
    if (queue.remainingCapacity() == 0) {
      return busy();
    }
    Prepared prepared;
    try {
      prepared = preparation.prepare(change);
    } catch (RuntimeException e) {
      log.error("Could not prepare the commit of deploy {}", change.deployId(), e);
      return CompletableFuture.completedFuture(Publisher.notWritten(e));
    }
    CompletableFuture<CommitOutcome<PlatformCommit>> answer = new CompletableFuture<>();
    synchronized (this) {
      if (closed) {
        return CompletableFuture.completedFuture(
            new CommitOutcome.Failed<>(
                "Nothing was committed: the platform repository is closed.",
                new IllegalStateException("closed")));
      }
      if (queue.offer(Optional.of(new Waiting(prepared, answer)))) {
        return answer;
      }
    }
    return busy();
  }

  private static CompletableFuture<CommitOutcome<PlatformCommit>> busy() {
    return CompletableFuture.completedFuture(new CommitOutcome.Busy<>(RETRY_AFTER));
  }

  private void run() {
    boolean last = false;
    while (!last) {
      List<Optional<Waiting>> taken = new ArrayList<>(BATCH);
      try {
        taken.add(queue.take());
      } catch (InterruptedException e) {
        continue; // nobody here interrupts this thread, and changes may still wait
      }
      queue.drainTo(taken, BATCH - 1);
      last = taken.getLast().isEmpty();
      List<Waiting> batch = taken.stream().flatMap(Optional::stream).toList();
      if (!batch.isEmpty()) {
        write(batch);
      }
    }
    awaitPublished();
    publishing.shutdown();
  }

  /** Off this thread: what a caller does with an answer must not hold up the next batch. */
  private static void answer(List<Waiting> batch, List<CommitOutcome<PlatformCommit>> outcomes) {
    for (int i = 0; i < batch.size(); i++) {
      CommitOutcome<PlatformCommit> outcome = outcomes.get(i);
      var _ = batch.get(i).answer().completeAsync(() -> outcome, Thread::startVirtualThread);
    }
  }

  private void write(List<Waiting> waiting) {
    turn.lock();
    try {
      Batch built = build(begin(), waiting);
      awaitPublished();
      if (!publisher.fits(built)) {
        built = build(begin(), waiting); // what it was built upon is not on main
      }
      Batch batch = built;
      inFlight = batch;
      published =
          CompletableFuture.runAsync(() -> answer(waiting, publish(batch, waiting)), publishing);
    } catch (IOException | RuntimeException | Error e) {
      log.error("Could not write {} changes; nothing was committed", waiting.size(), e);
      answer(waiting, Collections.nCopies(waiting.size(), Publisher.notWritten(e)));
    } finally {
      turn.unlock();
    }
  }

  private Batch begin() throws IOException {
    Batch below = inFlight;
    if (below != null && !published.isDone()) {
      return new Batch(tools, below);
    }
    awaitPublished();
    inFlight = null;
    publisher.clearDoubt();
    return new Batch(tools, publisher.tip());
  }

  private Batch build(Batch batch, List<Waiting> waiting) throws IOException {
    steps.reached(CommitSteps.Step.CHANGES_TAKEN);
    for (Waiting each : waiting) {
      add(batch, each.prepared());
    }
    steps.reached(CommitSteps.Step.COMMITS_BUILT);
    return batch;
  }

  private static void add(Batch batch, Prepared prepared) throws IOException {
    try {
      batch.add(prepared);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (RuntimeException e) {
      log.error("Could not build the commit of deploy {}", prepared.change().deployId(), e);
      batch.add(Publisher.notWritten(e));
    }
  }

  private List<CommitOutcome<PlatformCommit>> publish(Batch batch, List<Waiting> waiting) {
    try {
      return publisher.publish(batch);
    } catch (MainBranch.Moved e) {
      return pushes
          .receiver()
          .map(receives -> publishAfterOthers(batch, waiting, receives))
          .orElseGet(() -> publisher.giveUp(batch, e));
    }
  }

  private List<CommitOutcome<PlatformCommit>> publishAfterOthers(
      Batch batch, List<Waiting> waiting, PushReceiver receives) {
    try {
      return MainBranch.patiently(() -> {
        pushes.makeWay(receives);
        return publisher.publish(
            publisher.fits(batch) ? batch : build(new Batch(tools, publisher.tip()), waiting));
      });
    } catch (IOException | RuntimeException | Error e) {
      return Publisher.failed(batch, e);
    }
  }

  /**
   * Does what moves main otherwise than by a batch, after what is being published.
   *
   * @throws IOException also once this is closed; then nothing was done
   */
  <T> T betweenBatches(MainBranch.Attempt<T> work) throws IOException {
    turn.lock();
    try {
      requireOpen();
      awaitPublished();
      publisher.clearDoubt();
      return MainBranch.patiently(work);
    } finally {
      turn.unlock();
    }
  }

  private synchronized void requireOpen() throws IOException {
    if (closed) {
      throw new IOException("the platform repository is closed");
    }
  }

  private void awaitPublished() {
    try {
      published.join();
    } catch (CompletionException e) {
      log.error("Could not answer the callers of a batch", e);
    }
  }

  /** Takes no more, writes and answers what waits, ends what is between batches, and returns. */
  @Override
  public void close() {
    boolean first;
    synchronized (this) {
      first = !closed;
      closed = true;
    }
    boolean interrupted = false;
    boolean told = !first;
    while (!told || thread.isAlive()) {
      try {
        if (!told) {
          queue.put(Optional.empty());
          told = true;
        }
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    awaitTurn();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The last that came between batches may still have it. */
  private void awaitTurn() {
    turn.lock();
    try {
      awaitPublished();
    } finally {
      turn.unlock();
    }
  }
}
