package dev.headrace.git;

import java.util.Locale;

/** What a commit does to an app. */
public enum Action {
  DEPLOY(true),
  ROLLBACK(true),
  DELETE(false),
  RESTART(true),
  STOP(true),
  START(true),
  /** The same source and specification on what Headrace runs and renders now. */
  UPGRADE(true),
  RENAME(false);

  private final boolean countsAsVersion;

  Action(boolean countsAsVersion) {
    this.countsAsVersion = countsAsVersion;
  }

  /** Whether a commit of this action gets the app's next version number. */
  public boolean countsAsVersion() {
    return countsAsVersion;
  }

  String trailer() {
    return name().toLowerCase(Locale.ROOT);
  }
}
