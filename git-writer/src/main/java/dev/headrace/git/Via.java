package dev.headrace.git;

import java.util.Locale;

/** The way a change came in. */
public enum Via {
  WEB,
  API,
  CLI,
  GIT,
  SYSTEM;

  String trailer() {
    return name().toLowerCase(Locale.ROOT);
  }
}
