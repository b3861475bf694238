package dev.headrace.git;

import java.time.Duration;
import java.util.Optional;

/** How a change ended. Each kind says what was kept and whether a retry can help. */
public sealed interface CommitOutcome<C extends PlatformCommit> {

  /** The commit is on {@code main} and on the disk. */
  record Committed<C extends PlatformCommit>(C commit) implements CommitOutcome<C> {}

  /** The same actor sent the same request under the same id before: this commit carries it. */
  record AlreadyCommitted<C extends PlatformCommit>(C commit) implements CommitOutcome<C> {}

  /**
   * Nothing happened: the app or tenant moved on, or the id stands for another request.
   *
   * @param actual its last commit, or the commit that carries the id
   */
  record Conflict<C extends PlatformCommit>(String why, Optional<PlatformCommit> actual)
      implements CommitOutcome<C> {}

  /** Nothing happened, and the same request will never be accepted. */
  record Rejected<C extends PlatformCommit>(String why) implements CommitOutcome<C> {}

  /** Nothing happened: too many changes wait already. */
  record Busy<C extends PlatformCommit>(Duration retryAfter) implements CommitOutcome<C> {}

  /** Nothing happened; a retry may work once the cause is gone. */
  record Failed<C extends PlatformCommit>(String why, Throwable cause)
      implements CommitOutcome<C> {}

  /**
   * The commit may or may not outlive a power cut. Send the same request with the same id again:
   * the answer tells.
   */
  record Unknown<C extends PlatformCommit>(String why, Throwable cause)
      implements CommitOutcome<C> {}
}
