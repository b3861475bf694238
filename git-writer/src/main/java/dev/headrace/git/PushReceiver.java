package dev.headrace.git;

/** Decides about commits that somebody else made. */
@FunctionalInterface
public interface PushReceiver {

  /** Nothing else is committed until this returns, so it may read, but must not commit. */
  Decision decide(PushedCommit pushed);

  /** What became of a commit that nobody announced; on a thread of its own. */
  default void ended(PushOutcome outcome) {}

  /** What is to become of a pushed commit. */
  sealed interface Decision {

    /** It stays, directly below the commit of this change, which is to the same app. */
    record Complete(Change change) implements Decision {}

    record Refuse(String why) implements Decision {}
  }
}
