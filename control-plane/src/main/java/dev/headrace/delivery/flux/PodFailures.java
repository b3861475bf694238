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

  /** What kubelet warns of may pass, as when a file is there a moment later than its pod. */
  private static final Duration WARNED = Duration.ofSeconds(10);

  /** A cluster that has much to start takes its time. */
  private static final Duration UNHEARD_OF = Duration.ofSeconds(60);

  private final Judgement.Sight sight;
  private final Answers answers;
  private final PodMakers makers;

  PodFailures(Judgement.Sight sight) {
    this.sight = sight;
    this.makers = new PodMakers(sight);
    this.answers = new Answers(sight.startLimit(), sight.warning());
  }

  /**
   * @param lookAgain when waiting will have been too long
   */
  record Found(Optional<Failure> failure, Optional<Duration> lookAgain) {
    static final Found NOTHING = new Found(Optional.empty(), Optional.empty());

    static Found of(Failure failure) {
      return new Found(Optional.of(failure), Optional.empty());
    }

    static Found within(Duration left) {
      return new Found(Optional.empty(), Optional.of(left));
    }

    private boolean isNothing() {
      return equals(NOTHING);
    }
  }

  /** Of the pods that the Deployment is to have now. */
  Found look(Deployment deployment) {
    List<Pod> pods =
        sight.pods().stream()
            .filter(pod -> Judgement.content(pod).equals(Judgement.content(deployment)))
            .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
            .toList();
    return Stream.concat(
            pods.stream()
                .filter(pod -> pod.equals(pods.getFirst()) || !isGivenUp(pod))
                .map(this::ofPod),
            Stream.of(ofDeployment(deployment)))
        .filter(found -> !found.isNothing())
        .findFirst()
        .orElseGet(() -> makers.ofDeployment(deployment, pods));
  }

  private Found ofDeployment(Deployment deployment) {
    return deployment.getStatus() == null || !Judgement.isObserved(deployment)
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
    return FluxFailures.ofNamespace(Stage.STARTING, message)
        .orElseGet(() ->
            failure(
                "The cluster does not let the app's pod be created.",
                Optional.of(message),
                "Tell your operator what stands above; Headrace renders the pod, so this is no"
                    + " fault of the app."));
  }

  private Found ofPod(Pod pod) {
    @Nullable PodStatus status = pod.getStatus();
    if (status == null) {
      return makers.ofUnplaced(pod);
    }
    if (isGivenUp(pod)) {
      return Found.of(
          failure(
              "The node did not keep the app's pod (%s)."
                  .formatted(Objects.requireNonNullElse(status.getReason(), "failed")),
              Optional.ofNullable(status.getMessage()),
              "The cluster starts another one. If this stays, tell your operator what stands"
                  + " above."));
    }
    Optional<PodCondition> unschedulable =
        condition(pod, "PodScheduled").filter(condition -> condition.getStatus().equals("False"));
    if (unschedulable.isPresent()) {
      return noNode(unschedulable.get());
    }
    return status.getContainerStatuses().stream()
        .findFirst()
        .map(container -> ofContainer(pod, container))
        .orElseGet(() -> notStarted(pod));
  }

  /** Evicted, or not let in by the node: no container of it is started again. */
  private static boolean isGivenUp(Pod pod) {
    return pod.getStatus() != null && "Failed".equals(pod.getStatus().getPhase());
  }

  static Optional<PodCondition> condition(Pod pod, String type) {
    return pod.getStatus().getConditions().stream()
        .filter(condition -> condition.getType().equals(type))
        .findFirst();
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
    if (Boolean.TRUE.equals(container.getReady())) {
      return Found.NOTHING;
    }
    Optional<ContainerState> state = Optional.ofNullable(container.getState());
    Found waits =
        state.map(ContainerState::getWaiting).map(PodFailures::waiting).orElse(Found.NOTHING);
    if (!waits.isNothing()) {
      return waits;
    }
    Optional<ContainerStateTerminated> ended =
        state
            .map(ContainerState::getTerminated)
            .or(() ->
                Optional.ofNullable(container.getLastState()).map(ContainerState::getTerminated));
    if (ended.isPresent()) {
      return Found.of(answers.ended(pod, ended.get()));
    }
    return state
        .map(ContainerState::getRunning)
        .map(running -> silent(pod, Instant.parse(running.getStartedAt())))
        .orElseGet(() -> notStarted(pod));
  }

  /** It runs and does not pass its probe. */
  private Found silent(Pod pod, Instant since) {
    if (Answers.began(pod, since)) {
      return Found.of(answers.noMore(pod));
    }
    Duration left = sight.startLimit().minus(Duration.between(since, sight.now()));
    return left.isPositive() ? Found.within(left) : Found.of(answers.notInTime(pod));
  }

  /** It has a node, and nothing of it runs there. */
  private Found notStarted(Pod pod) {
    Optional<Instant> since =
        condition(pod, "PodScheduled").map(PodCondition::getLastTransitionTime).map(Instant::parse);
    if (since.isEmpty()) {
      return makers.ofUnplaced(pod);
    }
    Optional<String> warning = sight.warning().apply(pod);
    Duration passed = Duration.between(since.get(), sight.now());
    Duration left = WARNED.minus(passed);
    if (left.isPositive()) {
      return Found.within(left);
    }
    if (warning.isPresent()) {
      return Found.of(notCreated(warning));
    }
    left = UNHEARD_OF.minus(passed);
    return left.isPositive()
        ? Found.within(left)
        : Found.of(
            failure(
                "The node has not started the app for %d seconds."
                    .formatted(UNHEARD_OF.toSeconds()),
                Optional.empty(),
                "It may have much to do. If this stays, tell your operator to look at the node of"
                    + " pod %s.".formatted(pod.getMetadata().getName())));
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
          Found.of(notCreated(message));
      default -> Found.NOTHING;
    };
  }

  static Failure notCreated(Optional<String> message) {
    return failure(
        "The app's container cannot be created.",
        message,
        "Tell your operator what stands above; this is no fault of the app.");
  }

  static Failure failure(String cause, Optional<String> evidence, String nextStep) {
    return new Failure(
        Stage.STARTING, cause, evidence, nextStep, Optional.empty(), OptionalInt.empty());
  }
}
