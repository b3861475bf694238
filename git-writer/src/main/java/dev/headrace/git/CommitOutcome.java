package dev.headrace.git;

import java.time.Duration;
import java.util.Optional;

/** How a change ended. Each kind says what was kept and whether a retry can help. */
public sealed interface CommitOutcome {

  /** The commit is on {@code main} and on the disk. */
  record Committed(AppCommit commit) implements CommitOutcome {}

  /** The same actor sent the same request under the same id before: this commit carries it. */
  record AlreadyCommitted(AppCommit commit) implements CommitOutcome {}

  /**
   * Nothing happened: the app moved on, or the id stands for another request.
   *
   * @param actual the app's last commit, or the commit that carries the id
   */
  record Conflict(String why, Optional<AppCommit> actual) implements CommitOutcome {}

  /** Nothing happened, and the same request will never be accepted. */
  record Rejected(String why) implements CommitOutcome {}

  /** Nothing happened: too many changes wait already. */
  record Busy(Duration retryAfter) implements CommitOutcome {}

  /** Nothing happened; a retry may work once the cause is gone. */
  record Failed(String why, Throwable cause) implements CommitOutcome {}

  /**
   * The commit may or may not outlive a power cut. Send the same request with the same id again:
   * the answer tells.
   */
  record Unknown(String why, Throwable cause) implements CommitOutcome {}
}
