package dev.headrace.git;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one batch after the other durable, moves {@code main} to it, and knows where {@code main}
 * is. For one thread at a time; {@link #tip} is for any.
 */
final class Publisher {

  private static final Logger log = LoggerFactory.getLogger(Publisher.class);

  private final MainBranch main;
  private final HistoryIndex history;
  private final CommitSteps steps;
  private volatile Batch.Tip tip;

  /** A batch of which it is not known whether it is on {@code main}, for good. */
  private @Nullable Batch doubt;

  Publisher(MainBranch main, HistoryIndex history, CommitSteps steps, Batch.Tip tip) {
    this.main = main;
    this.history = history;
    this.steps = steps;
    this.tip = tip;
  }

  /** The last durable commit. */
  Batch.Tip tip() {
    return tip;
  }

  /** Whether what the batch was built upon is what is on {@code main}. */
  boolean fits(Batch batch) {
    return batch.before().equals(tip);
  }

  /**
   * Publishes a batch that fits and says what became of its changes.
   *
   * @throws MainBranch.Moved if somebody else has {@code main} or moved it; nothing is published
   */
  List<CommitOutcome<PlatformCommit>> publish(Batch batch) throws MainBranch.Moved {
    if (batch.tip().equals(tip)) {
      return batch.outcomes();
    }
    try {
      putOnMain(batch);
      return batch.outcomes();
    } catch (MainBranch.Moved e) {
      throw e;
    } catch (IOException | RuntimeException | Error e) {
      return doubt == null ? failed(batch, e) : looked(batch, e);
    }
  }

  /** What became of a batch for which {@code main} could not be had, by looking where that is. */
  List<CommitOutcome<PlatformCommit>> giveUp(Batch batch, MainBranch.Moved cause) {
    doubt = batch;
    return looked(batch, cause);
  }

  static List<CommitOutcome<PlatformCommit>> failed(Batch batch, Throwable cause) {
    log.error("Could not write {} changes; nothing was committed", batch.outcomes().size(), cause);
    return repeat(batch, notWritten(cause));
  }

  private List<CommitOutcome<PlatformCommit>> looked(Batch batch, Throwable cause) {
    log.error("Moving main to {} did not end well; looking", batch.tip().commit().name(), cause);
    CommitOutcome<PlatformCommit> unknown =
        new CommitOutcome.Unknown<>(
            "The disk failed while the commit was published. Send the same request again: the"
                + " answer will tell whether it is there.",
            cause);
    try {
      clearDoubt();
      return repeat(batch, fits(batch) ? notWritten(cause) : unknown);
    } catch (IOException | RuntimeException | Error e) {
      log.error("Still in doubt about main", e);
      return repeat(batch, unknown);
    }
  }

  /**
   * When this returns, the batch is on {@code main} for good.
   *
   * @throws MainBranch.Moved if it is not there
   * @throws IOException if it may be there or not: {@link #clearDoubt} tells
   */
  void putOnMain(Batch batch) throws IOException {
    batch.makeDurable();
    steps.reached(CommitSteps.Step.OBJECTS_DURABLE);
    doubt = batch;
    try {
      main.move(batch.before().commit(), batch.tip().commit());
    } catch (MainBranch.Moved e) {
      doubt = null;
      throw e;
    }
    steps.reached(CommitSteps.Step.MAIN_MOVED);
    main.force();
    steps.reached(CommitSteps.Step.MAIN_DURABLE);
    adopt(batch);
  }

  /** Looks where {@code main} is, and returns when it is known whether the last batch happened. */
  void clearDoubt() throws IOException {
    Batch open = doubt;
    if (open == null) {
      return;
    }
    Optional<ObjectId> actual = main.read();
    if (actual.equals(Optional.of(open.tip().commit()))) {
      main.force();
      adopt(open);
    } else if (actual.equals(Optional.of(open.before().commit()))) {
      doubt = null;
    } else {
      throw new IOException(
          "main is at "
              + actual.map(ObjectId::name).orElse("no commit")
              + " where Headrace left it at "
              + open.before().commit().name()
              + ". Something else moved it: put it back, or restart Headrace.");
    }
  }

  private void adopt(Batch batch) {
    history.addAll(batch.commits());
    tip = batch.tip();
    doubt = null;
  }

  static CommitOutcome.Failed<PlatformCommit> notWritten(Throwable cause) {
    return new CommitOutcome.Failed<>(
        "Nothing was committed: the platform repository could not be written ("
            + cause.getMessage()
            + "). Try again when that is mended.",
        cause);
  }

  private static List<CommitOutcome<PlatformCommit>> repeat(
      Batch batch, CommitOutcome<PlatformCommit> outcome) {
    return Collections.nCopies(batch.outcomes().size(), outcome);
  }
}
