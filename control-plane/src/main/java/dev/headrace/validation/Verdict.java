package dev.headrace.validation;

import java.util.Optional;
import java.util.OptionalInt;

/** What the check of a source says. */
public sealed interface Verdict {
  /**
   * It may be deployed.
   *
   * @param framework {@code fastapi} or {@code fasthtml}
   */
  record Accepted(String framework) implements Verdict {}

  /**
   * It may not.
   *
   * @param message for the author, in the words that today's clients show
   */
  record Refused(String message, OptionalInt line, Optional<String> file) implements Verdict {}
}
