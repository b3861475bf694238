package dev.headrace.git;

/** A commit was asked for that the history in question does not hold. */
public final class CommitNotFound extends RuntimeException {

  CommitNotFound(CommitId id, String where) {
    super("Commit " + id + " is not in " + where + ".");
  }
}
