package dev.headrace.delivery.flux;

import dev.headrace.delivery.Failure;
import dev.headrace.delivery.Stage;
import dev.headrace.flux.Kustomization;
import dev.headrace.flux.KustomizationSpec;
import dev.headrace.flux.KustomizationStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How far a deploy came, from what the cluster shows. The kinds are watched apart from each other,
 * so each says by itself that it speaks of this deploy: the Kustomization by the commit, the
 * Deployment and the pods by the content.
 *
 * @param reached besides {@code COMMITTED}
 * @param rolledOut nothing but the route is left to be seen
 * @param lookAgain when it may be another without anything being told
 */
record Judgement(
    Set<Stage> reached,
    boolean rolledOut,
    Optional<Failure> failure,
    Optional<Duration> lookAgain) {

  /** Flux takes up a new revision within some ms; a busy one shows that it works. */
  private static final Duration FLUX_SILENT = Duration.ofSeconds(10);

  /**
   * What is seen of one app.
   *
   * @param pods newest first
   * @param warning the last one about a pod
   * @param delivered since when the artifact names the deploy
   * @param fluxMoved when Flux was last seen at work on any app
   * @param startLimit how long an app may take to answer
   */
  record Sight(
      Optional<Kustomization> kustomization,
      Optional<Deployment> deployment,
      List<Pod> pods,
      Function<Pod, Optional<String>> warning,
      Instant delivered,
      Instant fluxMoved,
      Duration startLimit,
      Instant now) {}

  static Judgement of(Target target, Sight sight) {
    Optional<KustomizationStatus> flux = sight.kustomization().map(Kustomization::getStatus);
    boolean applied =
        flux.map(KustomizationStatus::lastAppliedRevision)
            .filter(target.revision()::equals)
            .isPresent();
    if (!applied) {
      return beforeApplied(target, sight, flux);
    }
    EnumSet<Stage> reached = EnumSet.of(Stage.FETCHED, Stage.APPLIED);
    Optional<Deployment> deployment =
        sight.deployment().filter(seen -> content(seen).equals(Optional.of(target.content())));
    if (deployment.isEmpty()) {
      return new Judgement(reached, false, Optional.empty(), Optional.empty());
    }
    reached.add(Stage.STARTING);
    if (isRolledOut(deployment.get(), target.replicas())) {
      return new Judgement(reached, true, Optional.empty(), Optional.empty());
    }
    PodFailures.Found found = new PodFailures(target, sight).look(deployment.get());
    return new Judgement(reached, false, found.failure(), found.lookAgain());
  }

  private static Judgement beforeApplied(
      Target target, Sight sight, Optional<KustomizationStatus> flux) {
    boolean attempted =
        flux.map(KustomizationStatus::lastAttemptedRevision)
            .filter(target.revision()::equals)
            .isPresent();
    Set<Stage> reached = attempted ? EnumSet.of(Stage.FETCHED) : EnumSet.noneOf(Stage.class);
    boolean takenUp = attempted || names(flux, target.revision());
    if (takenUp) {
      Optional<Failure> failure =
          flux.flatMap(status -> Conditions.of(status.conditions(), "Ready"))
              .filter(ready -> ready.getStatus().equals("False"))
              .filter(ready -> attempted == !ready.getReason().equals("ArtifactFailed"))
              .map(FluxFailures::of);
      return new Judgement(reached, false, failure, Optional.empty());
    }
    if (sight
        .kustomization()
        .map(Kustomization::getSpec)
        .map(KustomizationSpec::suspend)
        .orElse(false)) {
      return new Judgement(
          reached, false, Optional.of(FluxFailures.suspended(target)), Optional.empty());
    }
    Instant quietSince =
        sight.delivered().isAfter(sight.fluxMoved()) ? sight.delivered() : sight.fluxMoved();
    Duration left = FLUX_SILENT.minus(Duration.between(quietSince, sight.now()));
    return left.isPositive()
        ? new Judgement(reached, false, Optional.empty(), Optional.of(left))
        : new Judgement(
            reached, false, Optional.of(FluxFailures.silent(FLUX_SILENT)), Optional.empty());
  }

  /** An artifact that cannot be fetched is only told of while the next try runs. */
  private static boolean names(Optional<KustomizationStatus> flux, String revision) {
    return flux.flatMap(status -> Conditions.of(status.conditions(), "Reconciling"))
        .filter(reconciling -> reconciling.getMessage().contains(revision))
        .isPresent();
  }

  static Optional<String> content(Deployment deployment) {
    return annotation(deployment.getSpec().getTemplate().getMetadata().getAnnotations());
  }

  static Optional<String> content(Pod pod) {
    return annotation(pod.getMetadata().getAnnotations());
  }

  private static Optional<String> annotation(@Nullable Map<String, String> annotations) {
    return annotations == null
        ? Optional.empty()
        : Optional.ofNullable(annotations.get("headrace.dev/content"));
  }

  /** No pod of another version is left, and all of this one are available. */
  private static boolean isRolledOut(Deployment deployment, int replicas) {
    @Nullable DeploymentStatus status = deployment.getStatus();
    return status != null
        && number(status.getObservedGeneration()) >= deployment.getMetadata().getGeneration()
        && number(status.getReplicas()) == replicas
        && number(status.getUpdatedReplicas()) == replicas
        && number(status.getAvailableReplicas()) == replicas;
  }

  private static long number(@Nullable Number value) {
    return value == null ? 0 : value.longValue();
  }
}
