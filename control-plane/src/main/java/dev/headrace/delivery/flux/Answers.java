package dev.headrace.delivery.flux;

import dev.headrace.delivery.Failure;
import dev.headrace.delivery.Stage;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What became of a container that ran: it ended, or does not answer; at its start or later. */
final class Answers {
  private static final String MEND_AND_DEPLOY =
      "Mend the line that the traceback ends with and deploy again.";

  /** How a container ends that kubelet ended, in order or after its grace period. */
  private static final Set<Integer> SIGNALLED = Set.of(143, 137);

  /** The container's own program was never reached. */
  private static final Set<String> NEVER_RAN = Set.of("StartError", "ContainerCannotRun");

  private final Duration startLimit;
  private final Function<Pod, Optional<String>> warning;

  Answers(Duration startLimit, Function<Pod, Optional<String>> warning) {
    this.startLimit = startLimit;
    this.warning = warning;
  }

  /** Whether the container that was started then passed its probe once. */
  static boolean began(Pod pod, Instant started) {
    return pod.getStatus().getConditions().stream()
        .filter(condition -> condition.getType().equals("Ready"))
        .map(PodCondition::getLastTransitionTime)
        .filter(Objects::nonNull)
        .anyMatch(changed -> Instant.parse(changed).isAfter(started));
  }

  Failure ended(Pod pod, ContainerStateTerminated ended) {
    if (NEVER_RAN.contains(String.valueOf(ended.getReason()))) {
      return PodFailures.notCreated(Optional.ofNullable(ended.getMessage()));
    }
    Optional<Fault> fault = Fault.of(ended.getMessage());
    boolean began =
        fault.filter(Fault::running).isPresent()
            || Optional.ofNullable(ended.getStartedAt())
                .filter(started -> began(pod, Instant.parse(started)))
                .isPresent();
    String when = began ? "" : " while it started";
    if ("OOMKilled".equals(ended.getReason())) {
      return PodFailures.failure(
          "The app used more memory than it may (%s)%s.".formatted(limit(pod), when),
          Optional.of("the container was ended by the kernel (OOMKilled)"),
          began
              ? "Hold less in memory, or choose a larger plan."
              : "Load less at start, or choose a larger plan.");
    }
    if (fault.isPresent()) {
      return new Failure(
          Stage.STARTING,
          "The app ended%s: %s".formatted(when, fault.get().summary()),
          fault.get().traceback(),
          MEND_AND_DEPLOY,
          fault.get().file(),
          fault.get().line());
    }
    if (isEndedByProbe(pod, ended)) {
      return began ? noMore(pod) : notInTime(pod);
    }
    Optional<String> told = Optional.ofNullable(ended.getMessage()).filter(text -> !text.isBlank());
    return PodFailures.failure(
        "The app ended%s (exit code %d).".formatted(when, ended.getExitCode()),
        told.or(() -> warning.apply(pod)),
        "Its log says what it did last.");
  }

  private boolean isEndedByProbe(Pod pod, ContainerStateTerminated ended) {
    return SIGNALLED.contains(ended.getExitCode())
        && warning.apply(pod).filter(text -> text.contains("probe failed")).isPresent();
  }

  Failure noMore(Pod pod) {
    return PodFailures.failure(
        "The app started, but does not answer any more.",
        warning.apply(pod),
        "Something in it keeps all requests waiting, such as a loop, or a slow call in an async"
            + " function. The cluster starts it anew if that goes on; its log says what it did"
            + " last.");
  }

  Failure notInTime(Pod pod) {
    return PodFailures.failure(
        "The app did not answer within %d seconds of its start.".formatted(startLimit.toSeconds()),
        warning.apply(pod),
        "Move slow work out of the module and out of startup handlers; its log says how far it"
            + " came.");
  }

  private static String limit(Pod pod) {
    return List.copyOf(pod.getSpec().getContainers()).stream()
        .findFirst()
        .map(container -> container.getResources().getLimits().get("memory"))
        .map(Object::toString)
        .orElse("its limit");
  }
}
