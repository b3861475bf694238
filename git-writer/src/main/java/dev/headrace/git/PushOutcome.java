package dev.headrace.git;

import java.util.List;
import java.util.Optional;

/** What became of commits that somebody else made. */
public sealed interface PushOutcome {

  /** The last of them, on top of the others. */
  CommitId pushed();

  /**
   * All of them are on {@code main} and on the disk.
   *
   * @param commits those that complete them, one for each, in the same order
   */
  record Completed(CommitId pushed, List<AppCommit> commits) implements PushOutcome {
    public Completed {
      commits = List.copyOf(commits);
    }
  }

  /**
   * None of them is on {@code main}.
   *
   * @param why names the commit if there were several
   * @param keptAs the ref under which they can be found, if they had been put on {@code main}
   */
  record Refused(CommitId pushed, String why, Optional<String> keptAs) implements PushOutcome {}
}
