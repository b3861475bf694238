package dev.headrace.git;

import java.util.Optional;

/** What became of a commit that somebody else made. */
public sealed interface PushOutcome {

  CommitId pushed();

  /** Both are on {@code main} and on the disk. */
  record Completed(CommitId pushed, AppCommit commit) implements PushOutcome {}

  /**
   * It is not on {@code main}.
   *
   * @param keptAs the ref under which it can be found, if it had been put on {@code main}
   */
  record Refused(CommitId pushed, String why, Optional<String> keptAs) implements PushOutcome {}
}
