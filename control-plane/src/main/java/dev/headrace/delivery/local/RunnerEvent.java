package dev.headrace.delivery.local;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/** What the runner tells about one instance of an app. */
sealed interface RunnerEvent {
  /** It answers requests on this loopback port. */
  record Listening(int port) implements RunnerEvent {}

  record Log(Instant at, String line) implements RunnerEvent {}

  /** The process that it was forked from ended, and it ended with that. */
  record Lost() implements RunnerEvent {}

  /**
   * It ended; nothing of it runs any more.
   *
   * @param reason in the runner's words
   */
  record Exited(String reason, OptionalInt code, Optional<Fault> fault) implements RunnerEvent {}

  /**
   * An error in the author's code.
   *
   * @param kind the exception's type, such as {@code ValueError}
   * @param traceback the author's own frames only
   */
  record Fault(
      String kind,
      String message,
      Optional<String> traceback,
      Optional<String> file,
      OptionalInt line) {
    /** As Python prints it; the runner's own words stand alone. */
    String summary() {
      return switch (kind) {
        case "AppProblem", "SystemExit" -> message;
        default -> message.isEmpty() ? kind : kind + ": " + message;
      };
    }
  }
}
