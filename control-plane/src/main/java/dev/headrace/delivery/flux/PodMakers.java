package dev.headrace.delivery.flux;

import dev.headrace.delivery.Failure;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What makes pods of a Deployment and gives them nodes. Neither says that it is away: it is seen by
 * what stays undone, while nothing of the same kind is done for any other app either.
 */
final class PodMakers {
  /** Both take less than a second; where there is much to do, something of it is always seen. */
  private static final Duration SILENT = Duration.ofSeconds(10);

  private final Judgement.Sight sight;

  PodMakers(Judgement.Sight sight) {
    this.sight = sight;
  }

  /**
   * Of a Deployment that is not rolled out although its pods need nothing but to be made, or
   * counted.
   *
   * @param pods those that it is to have now
   */
  PodFailures.Found ofDeployment(Deployment deployment, List<Pod> pods) {
    @Nullable Integer replicas = deployment.getSpec().getReplicas();
    if (replicas != null && replicas == 0) {
      return PodFailures.Found.NOTHING;
    }
    Stream<Instant> undone = pods.isEmpty() ? applied().stream() : pods.stream().map(this::ready);
    return within(
        Stream.concat(undone, Stream.of(sight.delivered(), sight.moves().controllers())),
        () -> noneMade(deployment, pods));
  }

  /** Of a pod without a node, of which nobody says that there is none for it. */
  PodFailures.Found ofUnplaced(Pod pod) {
    return within(
        Stream.of(
            Instant.parse(pod.getMetadata().getCreationTimestamp()),
            sight.delivered(),
            sight.moves().scheduler()),
        () -> unplaced(pod));
  }

  private PodFailures.Found within(Stream<Instant> since, Supplier<Failure> failure) {
    Instant last = since.max(Instant::compareTo).orElseThrow();
    Duration left = SILENT.minus(Duration.between(last, sight.now()));
    return left.isPositive() ? PodFailures.Found.within(left) : PodFailures.Found.of(failure.get());
  }

  private Optional<Instant> applied() {
    return sight
        .kustomization()
        .flatMap(flux -> Optional.ofNullable(flux.getStatus()))
        .flatMap(status -> Conditions.of(status.conditions(), "Ready"))
        .map(Conditions::since);
  }

  private Instant ready(Pod pod) {
    return PodFailures.condition(pod, "Ready")
        .map(PodCondition::getLastTransitionTime)
        .map(Instant::parse)
        .orElse(Instant.MIN);
  }

  private static Failure noneMade(Deployment deployment, List<Pod> pods) {
    String cause =
        pods.isEmpty()
            ? "Nothing in the cluster has made a pod for the app within %d seconds."
            : "The app's pod is ready, but nothing in the cluster has put it in the place of the"
                + " older one within %d seconds.";
    return PodFailures.failure(
        cause.formatted(SILENT.toSeconds()),
        Optional.of(
            ("the Deployment is at generation %s, its controller at %s; no change of any"
                    + " Deployment or pod was seen in that time")
                .formatted(deployment.getMetadata().getGeneration(), observed(deployment))),
        "The commit stays, and the deploy goes on by itself. Tell your operator to look at"
            + " kube-controller-manager.");
  }

  private static long observed(Deployment deployment) {
    return Optional.ofNullable(deployment.getStatus())
        .map(DeploymentStatus::getObservedGeneration)
        .orElse(0L);
  }

  private static Failure unplaced(Pod pod) {
    return PodFailures.failure(
        "Nothing in the cluster has given the app's pod a node within %d seconds."
            .formatted(SILENT.toSeconds()),
        Optional.of(
            "pod %s has no node, and no pod was given one in that time"
                .formatted(pod.getMetadata().getName())),
        "The commit stays, and the deploy goes on by itself. Tell your operator to look at"
            + " kube-scheduler.");
  }
}
