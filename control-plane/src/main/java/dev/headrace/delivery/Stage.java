package dev.headrace.delivery;

import java.util.Locale;

/** The steps of one deploy, in their order; the last three end it. */
public enum Stage {
  COMMITTED,
  FETCHED,
  APPLIED,
  STARTING,
  LIVE,
  FAILED,
  SUPERSEDED;

  /** The word in the store and in the API. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Stage of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
