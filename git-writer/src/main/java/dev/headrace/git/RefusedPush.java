package dev.headrace.git;

import org.eclipse.jgit.lib.ObjectId;

/** Why commits that somebody else made are refused, all of those that came together. */
final class RefusedPush extends Exception {

  private static final int SHORT = 10;

  private final String why;
  private final boolean whole;

  private RefusedPush(String why, boolean whole) {
    super(why, null, false, false);
    this.why = why;
    this.whole = whole;
  }

  static RefusedPush because(String why) {
    return new RefusedPush(why, true);
  }

  static RefusedPush incomplete(ObjectId commit) {
    return new RefusedPush(name(commit) + " is not one, or not a whole one.", false);
  }

  /** Says of which of several commits it is. */
  RefusedPush of(ObjectId commit) {
    return whole ? because(name(commit) + ": " + why) : this;
  }

  static String name(ObjectId commit) {
    return "Commit " + commit.abbreviate(SHORT).name();
  }

  String why() {
    return why;
  }

  /** Whether all objects are there, so that git can live with a ref to them. */
  boolean isWhole() {
    return whole;
  }
}
