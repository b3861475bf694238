package dev.headrace.git;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes. A batch is what arrived while the last one was written: its commits
 * are built, made durable together, published by one move of {@code main}, and only then answered.
 */
final class GroupCommit implements AutoCloseable {

  static final int QUEUE = 1_024;
  static final int BATCH = 128;

  private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private record Waiting(
      PlatformChange change, CompletableFuture<CommitOutcome<PlatformCommit>> answer) {}

  /** A batch of which it is not known whether it is on {@code main}, for good. */
  private record Doubt(Batch.Tip before, Batch batch) {}

  private final SigningKey key;
  private final Clock clock;
  private final MainBranch main;
  private final ObjectStore objects;
  private final CommitLog commits;
  private final DeployIndex index;
  private final CommitSteps steps;

  /** What waits; empty, and then never anything more, is the end. */
  private final BlockingQueue<Optional<Waiting>> queue = new ArrayBlockingQueue<>(QUEUE);

  private final Thread thread = new Thread(this::run, "headrace-git-writer");
  private boolean closed;
  private volatile Batch.Tip tip;
  private @Nullable Doubt doubt;

  GroupCommit(
      SigningKey key,
      Clock clock,
      MainBranch main,
      ObjectStore objects,
      CommitLog commits,
      DeployIndex index,
      CommitSteps steps,
      Batch.Tip tip) {
    this.key = key;
    this.clock = clock;
    this.main = main;
    this.objects = objects;
    this.commits = commits;
    this.index = index;
    this.steps = steps;
    this.tip = tip;
  }

  void start() {
    thread.setDaemon(true);
    thread.start();
  }

  Batch.Tip tip() {
    return tip;
  }

  CompletableFuture<CommitOutcome<PlatformCommit>> commit(PlatformChange change) {
    CompletableFuture<CommitOutcome<PlatformCommit>> answer = new CompletableFuture<>();
    synchronized (this) {
      if (closed) {
        return CompletableFuture.completedFuture(
            new CommitOutcome.Failed<>(
                "Nothing was committed: the platform repository is closed.",
                new IllegalStateException("closed")));
      }
      if (queue.offer(Optional.of(new Waiting(change, answer)))) {
        return answer;
      }
    }
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
        answer(batch, outcomes(batch.stream().map(Waiting::change).toList()));
      }
    }
  }

  /** Off this thread: what a caller does with an answer must not hold up the next batch. */
  private static void answer(List<Waiting> batch, List<CommitOutcome<PlatformCommit>> outcomes) {
    for (int i = 0; i < batch.size(); i++) {
      CommitOutcome<PlatformCommit> outcome = outcomes.get(i);
      var _ = batch.get(i).answer().completeAsync(() -> outcome, Thread::startVirtualThread);
    }
  }

  private List<CommitOutcome<PlatformCommit>> outcomes(List<PlatformChange> changes) {
    try {
      settle();
    } catch (IOException | RuntimeException | Error e) {
      log.error("The writer stands still: it cannot tell where main is", e);
      return all(
          changes, new CommitOutcome.Failed<>("Nothing was committed: " + e.getMessage(), e));
    }
    Batch.Tip before = tip;
    List<CommitOutcome<PlatformCommit>> outcomes = new ArrayList<>(changes.size());
    Batch batch;
    try {
      batch = new Batch(key, clock, commits, index, objects.stage(), before);
      steps.reached(CommitSteps.Step.CHANGES_TAKEN);
      for (PlatformChange change : changes) {
        outcomes.add(build(batch, change));
      }
      if (batch.tip().equals(before)) {
        return outcomes;
      }
      steps.reached(CommitSteps.Step.COMMITS_BUILT);
      batch.makeDurable();
      steps.reached(CommitSteps.Step.OBJECTS_DURABLE);
    } catch (IOException | RuntimeException | Error e) {
      log.error("Could not write {} changes; nothing was committed", changes.size(), e);
      return all(changes, notWritten(e));
    }
    return publish(batch, before, outcomes);
  }

  private static CommitOutcome<PlatformCommit> build(Batch batch, PlatformChange change)
      throws IOException {
    try {
      return batch.add(change);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (RuntimeException e) {
      log.error("Could not build the commit of deploy {}", change.deployId(), e);
      return notWritten(e);
    }
  }

  private List<CommitOutcome<PlatformCommit>> publish(
      Batch batch, Batch.Tip before, List<CommitOutcome<PlatformCommit>> outcomes) {
    try {
      main.move(before.commit(), batch.tip().commit());
      steps.reached(CommitSteps.Step.MAIN_MOVED);
      main.force();
      steps.reached(CommitSteps.Step.MAIN_DURABLE);
      adopt(batch);
      return outcomes;
    } catch (IOException | RuntimeException | Error e) {
      log.error("Moving main to {} did not end well; looking", batch.tip().commit().name(), e);
      doubt = new Doubt(before, batch);
      return afterFailedMove(outcomes.size(), before, e);
    }
  }

  private List<CommitOutcome<PlatformCommit>> afterFailedMove(
      int count, Batch.Tip before, Throwable cause) {
    CommitOutcome<PlatformCommit> unknown =
        new CommitOutcome.Unknown<>(
            "The disk failed while the commit was published. Send the same request again: the"
                + " answer will tell whether it is there.",
            cause);
    try {
      settle();
      return repeat(count, tip.equals(before) ? notWritten(cause) : unknown);
    } catch (IOException | RuntimeException | Error e) {
      log.error("Still in doubt about main", e);
      return repeat(count, unknown);
    }
  }

  /** Looks where {@code main} is, and returns when it is known whether the last batch happened. */
  private void settle() throws IOException {
    Doubt open = doubt;
    if (open == null) {
      return;
    }
    Optional<ObjectId> actual = main.read();
    if (actual.equals(Optional.of(open.batch().tip().commit()))) {
      main.force();
      adopt(open.batch());
    } else if (!actual.equals(Optional.of(open.before().commit()))) {
      throw new IOException(
          "main is at "
              + actual.map(ObjectId::name).orElse("no commit")
              + " where Headrace left it at "
              + open.before().commit().name()
              + ". Something else moved it: put it back, or restart Headrace.");
    }
    doubt = null;
  }

  private void adopt(Batch batch) {
    index.addAll(batch.index());
    tip = batch.tip();
  }

  private static CommitOutcome<PlatformCommit> notWritten(Throwable cause) {
    return new CommitOutcome.Failed<>(
        "Nothing was committed: the platform repository could not be written ("
            + cause.getMessage()
            + "). Try again when that is mended.",
        cause);
  }

  private static List<CommitOutcome<PlatformCommit>> all(
      List<PlatformChange> changes, CommitOutcome<PlatformCommit> outcome) {
    return repeat(changes.size(), outcome);
  }

  private static List<CommitOutcome<PlatformCommit>> repeat(
      int count, CommitOutcome<PlatformCommit> outcome) {
    return Collections.nCopies(count, outcome);
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
