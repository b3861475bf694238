package dev.headrace.http;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A body that says why something is done; all of it may be left out. */
public record Why(@Nullable String reason) {
  /** Empty for a body without a word, and for none. */
  public static Optional<String> stated(@Nullable Why why) {
    return Optional.ofNullable(why)
        .flatMap(given -> Optional.ofNullable(given.reason()))
        .filter(text -> !text.isBlank());
  }
}
