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
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
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

  /** Stock git has main for some milliseconds when it moves it. */
  private static final int MOST_TRIES = 40;

  private static final Duration LOCK_WAIT = Duration.ofMillis(25);

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

  /** Had by whoever builds on the tip or moves main. */
  private final ReentrantLock turn = new ReentrantLock();

  private final PushedCommits pushedCommits;
  private volatile @Nullable PushReceiver receiver;

  GroupCommit(
      SigningKey key,
      Clock clock,
      MainBranch main,
      ObjectStore objects,
      CommitLog commits,
      DeployIndex index,
      CommitSteps steps,
      PushedCommits pushedCommits,
      Batch.Tip tip) {
    this.key = key;
    this.clock = clock;
    this.main = main;
    this.objects = objects;
    this.commits = commits;
    this.index = index;
    this.steps = steps;
    this.pushedCommits = pushedCommits;
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
    turn.lock();
    try {
      return written(changes, 0);
    } finally {
      turn.unlock();
    }
  }

  /**
   * @param tried how often others had main in the way
   */
  private List<CommitOutcome<PlatformCommit>> written(List<PlatformChange> changes, int tried) {
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
    try {
      main.move(before.commit(), batch.tip().commit());
    } catch (MainBranch.Moved e) {
      if (makesWay(tried)) {
        return written(changes, tried + 1);
      }
      return unpublished(batch, before, outcomes.size(), e);
    } catch (IOException | RuntimeException | Error e) {
      return unpublished(batch, before, outcomes.size(), e);
    }
    return publish(batch, before, outcomes);
  }

  /**
   * Whether another try is worth it: others had main for a moment, or what they left is settled.
   */
  private boolean makesWay(int tried) {
    PushReceiver receives = receiver;
    if (receives == null || tried == MOST_TRIES) {
      return false;
    }
    try {
      Optional<PushOutcome> outcome = look(receives);
      outcome.ifPresentOrElse(
          ended -> Thread.startVirtualThread(() -> receives.ended(ended)),
          () -> LockSupport.parkNanos(LOCK_WAIT.toNanos()));
      return true;
    } catch (IOException | RuntimeException | Error e) {
      log.error("What somebody else put on main could not be settled", e);
      return false;
    }
  }

  /** What somebody else puts on main is settled by this from now on. */
  void receive(PushReceiver receives) {
    receiver = receives;
  }

  /** Settles what somebody else put on main; empty if nobody did. */
  Optional<PushOutcome> announced(PushReceiver receives) throws IOException {
    turn.lock();
    try {
      settle();
      return look(receives);
    } finally {
      turn.unlock();
    }
  }

  /** Settles a commit of somebody else that is in the repository, but not on main. */
  PushOutcome pushed(ObjectId commit, PushReceiver receives) throws IOException {
    turn.lock();
    try {
      settle();
      var _ = look(receives);
      return settle(commit, tip.commit(), receives);
    } finally {
      turn.unlock();
    }
  }

  private Optional<PushOutcome> look(PushReceiver receives) throws IOException {
    for (int tried = 0; ; tried++) {
      ObjectId actual =
          main.read().orElseThrow(() -> new IOException("main is not there any more"));
      if (actual.equals(tip.commit())) {
        return Optional.empty();
      }
      try {
        return Optional.of(settle(actual, actual, receives));
      } catch (MainBranch.Moved e) {
        if (tried == MOST_TRIES) {
          throw e;
        }
        LockSupport.parkNanos(LOCK_WAIT.toNanos());
      }
    }
  }

  /**
   * @param actual where main is now: at the tip, or at the pushed commit
   */
  private PushOutcome settle(ObjectId pushed, ObjectId actual, PushReceiver receives)
      throws IOException {
    return switch (pushedCommits.read(tip, pushed)) {
      case PushedCommits.Reading.Unacceptable(String why) -> refuse(pushed, actual, why);
      case PushedCommits.Reading.Change(PushedCommit commit, Batch.Tip on) ->
          switch (receives.decide(commit)) {
            case PushReceiver.Decision.Refuse(String why) -> refuse(pushed, actual, why);
            case PushReceiver.Decision.Complete(Change change) -> complete(on, actual, change);
          };
    };
  }

  private PushOutcome complete(Batch.Tip pushed, ObjectId actual, Change change)
      throws IOException {
    Optional<String> violation = ChangeRules.violation(change);
    if (violation.isPresent()) {
      return refuse(pushed.commit(), actual, violation.get());
    }
    Batch batch = new Batch(key, clock, commits, index, objects.stage(), pushed);
    CommitOutcome<PlatformCommit> outcome = batch.complete(change);
    if (!(outcome instanceof CommitOutcome.Committed(AppCommit commit))) {
      return refuse(pushed.commit(), actual, "It cannot be completed: " + outcome);
    }
    batch.makeDurable();
    doubt = new Doubt(new Batch.Tip(actual, tip.tree()), batch);
    try {
      main.move(actual, batch.tip().commit());
    } catch (MainBranch.Moved e) {
      doubt = null;
      throw e;
    }
    settle();
    return new PushOutcome.Completed(CommitId.of(pushed.commit()), commit);
  }

  private PushOutcome refuse(ObjectId pushed, ObjectId actual, String why) throws IOException {
    Optional<String> keptAs = Optional.empty();
    if (!actual.equals(tip.commit())) {
      keptAs = Optional.of(pushedCommits.keep(actual));
      main.moveBack(actual, tip.commit());
      main.force();
    }
    log.warn("commit {} of somebody else is refused: {}", pushed.name(), why);
    return new PushOutcome.Refused(CommitId.of(pushed), why, keptAs);
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
      steps.reached(CommitSteps.Step.MAIN_MOVED);
      main.force();
      steps.reached(CommitSteps.Step.MAIN_DURABLE);
      adopt(batch);
      return outcomes;
    } catch (IOException | RuntimeException | Error e) {
      return unpublished(batch, before, outcomes.size(), e);
    }
  }

  private List<CommitOutcome<PlatformCommit>> unpublished(
      Batch batch, Batch.Tip before, int count, Throwable cause) {
    log.error("Moving main to {} did not end well; looking", batch.tip().commit().name(), cause);
    doubt = new Doubt(before, batch);
    return afterFailedMove(count, before, cause);
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
