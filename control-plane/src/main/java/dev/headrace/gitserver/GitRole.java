package dev.headrace.gitserver;

import java.util.Locale;
import java.util.Optional;

/** What a token for git is good for. */
enum GitRole {
  /** Reads. */
  AUDITOR,
  /** Reads, sees what was refused, and pushes. */
  OPERATOR,
  /** Reads; for Flux's source-controller. */
  FLUX;

  static Optional<GitRole> of(String word) {
    for (GitRole role : values()) {
      if (role.word().equals(word)) {
        return Optional.of(role);
      }
    }
    return Optional.empty();
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
