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
  private final DeployIndex index;
  private final CommitSteps steps;
  private volatile Batch.Tip tip;

  /** A batch of which it is not known whether it is on {@code main}, for good. */
  private @Nullable Batch doubt;

  Publisher(MainBranch main, DeployIndex index, CommitSteps steps, Batch.Tip tip) {
    this.main = main;
    this.index = index;
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

  /** Publishes a batch that fits and says what became of its changes. */
  List<CommitOutcome<PlatformCommit>> publish(Batch batch) {
    if (batch.tip().equals(tip)) {
      return batch.outcomes();
    }
    try {
      batch.makeDurable();
      steps.reached(CommitSteps.Step.OBJECTS_DURABLE);
    } catch (IOException | RuntimeException | Error e) {
      log.error("Could not write {} changes; nothing was committed", batch.outcomes().size(), e);
      return repeat(batch, notWritten(e));
    }
    try {
      main.move(batch.before().commit(), batch.tip().commit());
      steps.reached(CommitSteps.Step.MAIN_MOVED);
      main.force();
      steps.reached(CommitSteps.Step.MAIN_DURABLE);
      adopt(batch);
      return batch.outcomes();
    } catch (IOException | RuntimeException | Error e) {
      log.error("Moving main to {} did not end well; looking", batch.tip().commit().name(), e);
      doubt = batch;
      return afterFailedMove(batch, e);
    }
  }

  private List<CommitOutcome<PlatformCommit>> afterFailedMove(Batch batch, Throwable cause) {
    CommitOutcome<PlatformCommit> unknown =
        new CommitOutcome.Unknown<>(
            "The disk failed while the commit was published. Send the same request again: the"
                + " answer will tell whether it is there.",
            cause);
    try {
      settle();
      return repeat(batch, fits(batch) ? notWritten(cause) : unknown);
    } catch (IOException | RuntimeException | Error e) {
      log.error("Still in doubt about main", e);
      return repeat(batch, unknown);
    }
  }

  /** Looks where {@code main} is, and returns when it is known whether the last batch happened. */
  void settle() throws IOException {
    Batch open = doubt;
    if (open == null) {
      return;
    }
    Optional<ObjectId> actual = main.read();
    if (actual.equals(Optional.of(open.tip().commit()))) {
      main.force();
      adopt(open);
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
