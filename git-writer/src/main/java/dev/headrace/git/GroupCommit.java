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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that builds commits, and the one that publishes them. A batch is what arrived
 * while the last one was built: its commits are made durable together and published by one move of
 * {@code main}, while the next batch is built upon it already, and only then answered. A batch that
 * is not published takes the one that was built upon it with it.
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
  private final CommitSteps steps;

  /** What waits; empty, and then never anything more, is the end. */
  private final BlockingQueue<Optional<Waiting>> queue = new ArrayBlockingQueue<>(QUEUE);

  private final Thread thread = new Thread(this::run, "headrace-git-writer");
  private final ExecutorService publishing =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("headrace-git-publisher").factory());

  /** The batch that is being published; for the building thread. */
  private @Nullable Batch inFlight;

  private Future<?> published = CompletableFuture.completedFuture(null);
  private boolean closed;

  GroupCommit(Preparation preparation, Batch.Tools tools, Publisher publisher, CommitSteps steps) {
    this.preparation = preparation;
    this.tools = tools;
    this.publisher = publisher;
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
    try {
      Batch built = build(waiting);
      awaitPublished();
      if (!publisher.fits(built)) {
        built = build(waiting); // what it was built upon is not on main
      }
      Batch batch = built;
      inFlight = batch;
      published = publishing.submit(() -> answer(waiting, publisher.publish(batch)));
    } catch (IOException | RuntimeException | Error e) {
      log.error("Could not write {} changes; nothing was committed", waiting.size(), e);
      answer(waiting, Collections.nCopies(waiting.size(), Publisher.notWritten(e)));
    }
  }

  private Batch build(List<Waiting> waiting) throws IOException {
    Batch batch = begin();
    steps.reached(CommitSteps.Step.CHANGES_TAKEN);
    for (Waiting each : waiting) {
      add(batch, each.prepared());
    }
    steps.reached(CommitSteps.Step.COMMITS_BUILT);
    return batch;
  }

  private Batch begin() throws IOException {
    Batch below = inFlight;
    if (below != null && !published.isDone()) {
      return new Batch(tools, below);
    }
    awaitPublished();
    inFlight = null;
    publisher.settle();
    return new Batch(tools, publisher.tip());
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

  private void awaitPublished() {
    while (true) {
      try {
        published.get();
        return;
      } catch (InterruptedException e) {
        // nobody here interrupts this thread, and changes wait
      } catch (ExecutionException e) {
        log.error("Could not answer the callers of a batch", e);
        return;
      }
    }
  }

  /** Takes no more, writes and answers what waits, and returns. */
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
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
