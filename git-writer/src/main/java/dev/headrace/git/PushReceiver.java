package dev.headrace.git;

/** Decides about commits that somebody else made. */
@FunctionalInterface
public interface PushReceiver {

  /**
   * Of several commits that came together the oldest is asked about first, and none any more after
   * one is refused: either all stay or none. Nothing else is committed until this returns, so it
   * may read, but must not commit.
   */
  Decision decide(PushedCommit pushed);

  /** What became of commits that nobody announced; on a thread of its own. */
  default void ended(PushOutcome outcome) {}

  /** What is to become of a pushed commit. */
  sealed interface Decision {

    /** It stays, and the commit of this change, which is to the same app, completes it. */
    record Complete(Change change) implements Decision {}

    record Refuse(String why) implements Decision {}
  }
}
