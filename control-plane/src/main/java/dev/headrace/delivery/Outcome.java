package dev.headrace.delivery;

import java.util.Locale;

/** How a deploy ended. */
public enum Outcome {
  IN_PROGRESS,
  /** The route answered with this deploy's content; once reached, it stays. */
  LIVE,
  FAILED,
  /** A newer deploy of the same app came before this one was live. */
  SUPERSEDED,
  /** Known from git only, replaced since; what became of it was lost with the database. */
  UNKNOWN;

  /** The word in the store and in the API. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Outcome of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
