package dev.headrace.delivery.flux;

import dev.headrace.delivery.Failure;
import dev.headrace.delivery.Stage;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What keeps the pods of one deploy from answering, in words for the app's author. */
final class PodFailures {
  /** Room may become free by itself, when a pod that ends is gone. */
  private static final Duration UNSCHEDULABLE = Duration.ofSeconds(5);

  private static final String MEND_AND_DEPLOY =
      "Mend the line that the traceback ends with and deploy again.";

  private final Target target;
  private final Judgement.Sight sight;

  PodFailures(Target target, Judgement.Sight sight) {
    this.target = target;
    this.sight = sight;
  }

  /**
   * @param lookAgain when waiting will have been too long
   */
  record Found(Optional<Failure> failure, Optional<Duration> lookAgain) {
    private static final Found NOTHING = new Found(Optional.empty(), Optional.empty());

    private static Found of(Failure failure) {
      return new Found(Optional.of(failure), Optional.empty());
    }

    private static Found within(Duration left) {
      return new Found(Optional.empty(), Optional.of(left));
    }

    private boolean isNothing() {
      return equals(NOTHING);
    }
  }

  Found look(Deployment deployment) {
    return Stream.concat(
            sight.pods().stream()
                .filter(pod -> Judgement.content(pod).equals(Optional.of(target.content())))
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .map(this::ofPod),
            Stream.of(ofDeployment(deployment)))
        .filter(found -> !found.isNothing())
        .findFirst()
        .orElse(Found.NOTHING);
  }

  private Found ofDeployment(Deployment deployment) {
    return deployment.getStatus() == null
        ? Found.NOTHING
        : deployment.getStatus().getConditions().stream()
            .filter(condition -> condition.getType().equals("ReplicaFailure"))
            .filter(condition -> condition.getStatus().equals("True"))
            .findFirst()
            .map(condition -> Found.of(notCreated(condition)))
            .orElse(Found.NOTHING);
  }

  private static Failure notCreated(DeploymentCondition condition) {
    String message = String.valueOf(condition.getMessage());
    return message.contains("exceeded quota")
        ? failure(
            "Your apps would use more than you are allowed together.",
            Optional.of(message),
            "Delete or stop an app you no longer need, or ask your operator for more.")
        : failure(
            "The cluster does not let the app's pod be created.",
            Optional.of(message),
            "Tell your operator what stands above; Headrace renders the pod, so this is no fault of"
                + " the app.");
  }

  private Found ofPod(Pod pod) {
    @Nullable PodStatus status = pod.getStatus();
    if (status == null) {
      return Found.NOTHING;
    }
    Optional<PodCondition> unschedulable =
        status.getConditions().stream()
            .filter(condition -> condition.getType().equals("PodScheduled"))
            .filter(condition -> condition.getStatus().equals("False"))
            .findFirst();
    if (unschedulable.isPresent()) {
      return noNode(unschedulable.get());
    }
    return status.getContainerStatuses().stream()
        .findFirst()
        .map(container -> ofContainer(pod, container))
        .orElse(Found.NOTHING);
  }

  private Found noNode(PodCondition condition) {
    Instant since = Instant.parse(condition.getLastTransitionTime());
    Duration left = UNSCHEDULABLE.minus(Duration.between(since, sight.now()));
    return left.isPositive()
        ? Found.within(left)
        : Found.of(
            failure(
                "No node of the cluster has room for the app.",
                Optional.ofNullable(condition.getMessage()),
                "It starts as soon as there is room. Stop an app you do not need, or tell your"
                    + " operator."));
  }

  private Found ofContainer(Pod pod, ContainerStatus container) {
    Optional<ContainerStateTerminated> ended =
        Optional.ofNullable(container.getState())
            .map(ContainerState::getTerminated)
            .or(() ->
                Optional.ofNullable(container.getLastState()).map(ContainerState::getTerminated));
    if (ended.isPresent()) {
      return Found.of(ended(pod, ended.get()));
    }
    @Nullable ContainerStateWaiting waiting =
        container.getState() == null ? null : container.getState().getWaiting();
    if (waiting != null) {
      return waiting(waiting);
    }
    return container.getState() == null || container.getState().getRunning() == null
        ? Found.NOTHING
        : silent(pod, Instant.parse(container.getState().getRunning().getStartedAt()));
  }

  private static Found waiting(ContainerStateWaiting waiting) {
    Optional<String> message = Optional.ofNullable(waiting.getMessage());
    return switch (Objects.requireNonNullElse(waiting.getReason(), "")) {
      case "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull" ->
          Found.of(
              failure(
                  "The image that apps run in cannot be fetched.",
                  message,
                  "Tell your operator; this is no fault of the app. The deploy goes on as soon as"
                      + " the image is there."));
      case "CreateContainerConfigError", "CreateContainerError", "RunContainerError" ->
          Found.of(
              failure(
                  "The app's container cannot be created.",
                  message,
                  "Tell your operator what stands above; this is no fault of the app."));
      default -> Found.NOTHING;
    };
  }

  private Failure ended(Pod pod, ContainerStateTerminated ended) {
    if ("OOMKilled".equals(ended.getReason())) {
      return failure(
          "The app used more memory than it may (%s) while it started.".formatted(limit(pod)),
          Optional.of("the container was ended by the kernel (OOMKilled)"),
          "Load less at start, or choose a larger plan.");
    }
    Optional<Fault> fault = Fault.of(ended.getMessage());
    if (fault.isPresent()) {
      return new Failure(
          Stage.STARTING,
          "The app ended while it started: " + fault.get().summary(),
          fault.get().traceback(),
          MEND_AND_DEPLOY,
          fault.get().file(),
          fault.get().line());
    }
    Optional<String> told = Optional.ofNullable(ended.getMessage()).filter(text -> !text.isBlank());
    return failure(
        "The app ended while it started (exit code %d).".formatted(ended.getExitCode()),
        told.or(() -> sight.warning().apply(pod)),
        "Its log says what it did last.");
  }

  /** It runs and does not pass its probe. */
  private Found silent(Pod pod, Instant since) {
    Duration left = sight.startLimit().minus(Duration.between(since, sight.now()));
    if (left.isPositive()) {
      return Found.within(left);
    }
    Optional<String> warning = sight.warning().apply(pod);
    return Found.of(
        failure(
            "The app did not answer within %d seconds of its start."
                .formatted(sight.startLimit().toSeconds()),
            warning,
            "Move slow work out of the module and out of startup handlers; its log says how far it"
                + " came."));
  }

  private static String limit(Pod pod) {
    return List.copyOf(pod.getSpec().getContainers()).stream()
        .findFirst()
        .map(container -> container.getResources().getLimits().get("memory"))
        .map(Object::toString)
        .orElse("its limit");
  }

  private static Failure failure(String cause, Optional<String> evidence, String nextStep) {
    return new Failure(
        Stage.STARTING, cause, evidence, nextStep, Optional.empty(), OptionalInt.empty());
  }
}
