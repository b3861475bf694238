package dev.headrace.delivery.local;

import dev.headrace.delivery.Failure;
import dev.headrace.delivery.Stage;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** What went wrong, in words for the app's author. */
final class Failures {
  private Failures() {}

  static Failure exited(RunnerEvent.Exited exited) {
    Optional<RunnerEvent.Fault> fault = exited.fault();
    if (exited.reason().equals("out of memory")) {
      return new Failure(
          Stage.STARTING,
          "The app used more memory than it may while it started.",
          fault.flatMap(RunnerEvent.Fault::traceback),
          "Load less at start.",
          fault.flatMap(RunnerEvent.Fault::file),
          fault.map(RunnerEvent.Fault::line).orElse(OptionalInt.empty()));
    }
    return fault
        .map(error ->
            new Failure(
                Stage.STARTING,
                "The app ended while it started: " + error.summary(),
                error.traceback(),
                "Mend the line that the traceback ends with and deploy again.",
                error.file(),
                error.line()))
        .orElseGet(() ->
            elsewhere(
                Stage.STARTING,
                "The app ended while it started (%s%s).".formatted(exited.reason(), code(exited)),
                Optional.empty(),
                "Its log says what it did last."));
  }

  static Failure tooSlow(Duration limit) {
    return elsewhere(
        Stage.STARTING,
        "The app did not answer within %d seconds of its start.".formatted(limit.toSeconds()),
        Optional.empty(),
        "Move slow work out of the module and out of startup handlers; its log says how far it came.");
  }

  static Failure unhealthy(Optional<String> answered) {
    return elsewhere(
        Stage.STARTING,
        "The app started, but did not pass its health check.",
        answered.map(content -> "it answered with content " + content),
        "Its log says what it did last.");
  }

  static Failure routeDiffers(Optional<String> answered) {
    return elsewhere(
        Stage.LIVE,
        "The app runs, but its address does not answer with this version.",
        answered.map(content -> "the route answered with content " + content),
        "Deploy again; if that does not help, the platform's log says more.");
  }

  static Failure notStopped() {
    return elsewhere(
        Stage.LIVE,
        "Nothing of the app runs any more, but its address does not say that it is stopped.",
        Optional.empty(),
        "Stop it again; if that does not help, the platform's log says more.");
  }

  /** Not on a line of the app's source. */
  private static Failure elsewhere(
      Stage stage, String cause, Optional<String> evidence, String nextStep) {
    return new Failure(stage, cause, evidence, nextStep, Optional.empty(), OptionalInt.empty());
  }

  /** One line on why an app that was serving ended. */
  static String summary(RunnerEvent.Exited exited) {
    return exited.fault().map(RunnerEvent.Fault::summary).orElse(exited.reason() + code(exited));
  }

  private static String code(RunnerEvent.Exited exited) {
    return exited.code().isPresent() ? ", exit code " + exited.code().getAsInt() : "";
  }
}
