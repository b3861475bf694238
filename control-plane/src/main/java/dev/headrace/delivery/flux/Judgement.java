package dev.headrace.delivery.flux;

import dev.headrace.delivery.Failure;
import dev.headrace.delivery.Stage;
import dev.headrace.flux.Kustomization;
import dev.headrace.flux.KustomizationStatus;
import io.fabric8.kubernetes.api.model.Condition;
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
import java.util.function.Supplier;
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

  /** Fetching and applying take less than a second; longer is worth a word. */
  private static final Duration FLUX_AT_WORK = Duration.ofSeconds(10);

  /**
   * What is seen of one app.
   *
   * @param pods newest first
   * @param warning the last one about a pod
   * @param delivered since when the artifact names the deploy
   * @param moves when what works in the cluster was last seen at it
   * @param startLimit how long an app may take to answer
   */
  record Sight(
      Optional<Kustomization> kustomization,
      Optional<Deployment> deployment,
      List<Pod> pods,
      Function<Pod, Optional<String>> warning,
      Instant delivered,
      Moves moves,
      Duration startLimit,
      Instant now) {}

  /**
   * When each was last seen at work on any app.
   *
   * @param flux kustomize-controller
   * @param controllers what makes, counts and removes pods
   * @param scheduler what gives them nodes
   */
  record Moves(Instant flux, Instant controllers, Instant scheduler) {
    static final Moves NONE = new Moves(Instant.MIN, Instant.MIN, Instant.MIN);

    Moves byFlux(Instant now) {
      return new Moves(now, controllers, scheduler);
    }

    Moves byControllers(Instant now) {
      return new Moves(flux, now, scheduler);
    }

    Moves byScheduler(Instant now) {
      return new Moves(flux, controllers, now);
    }
  }

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
    PodFailures.Found found = new PodFailures(sight).look(deployment.get());
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
      return atWork(reached, sight, flux.orElseThrow());
    }
    Optional<Kustomization> suspended = sight.kustomization().filter(Wiring::isSuspended);
    if (suspended.isPresent()) {
      return new Judgement(
          reached, false, suspended.map(FluxFailures::suspended), Optional.empty());
    }
    return untilTakenUp(reached, sight);
  }

  /**
   * Of an app that waits for Flux to make its namespace.
   *
   * @param tenant by which it does
   */
  static Judgement beforeNamespace(Sight sight, Optional<Kustomization> tenant) {
    Set<Stage> nothing = EnumSet.noneOf(Stage.class);
    if (tenant.isEmpty()) {
      return within(
          nothing,
          FLUX_SILENT,
          Duration.between(sight.delivered(), sight.now()),
          () -> FluxFailures.notTold("There is no Kustomization of the tenant."));
    }
    return tenant
            .map(Kustomization::getStatus)
            .map(KustomizationStatus::lastAttemptedRevision)
            .isPresent()
        ? untilApplied(nothing, sight, sight.delivered())
        : untilTakenUp(nothing, sight);
  }

  private static Judgement untilTakenUp(Set<Stage> reached, Sight sight) {
    return within(
        reached,
        FLUX_SILENT,
        Duration.between(latest(sight.delivered(), sight.moves().flux()), sight.now()),
        () -> FluxFailures.silent(FLUX_SILENT));
  }

  /** Flux has begun with this commit: it says what is wrong, or comes no further. */
  private static Judgement atWork(Set<Stage> reached, Sight sight, KustomizationStatus status) {
    Optional<Condition> ready = Conditions.of(status.conditions(), "Ready");
    Optional<Failure> failure =
        ready.filter(condition -> condition.getStatus().equals("False")).map(FluxFailures::of);
    if (failure.isPresent()) {
      return new Judgement(reached, false, failure, Optional.empty());
    }
    Instant begun = latest(sight.delivered(), ready.map(Conditions::since).orElse(Instant.MIN));
    return reached.contains(Stage.FETCHED)
        ? untilApplied(reached, sight, begun)
        : within(
            reached,
            FLUX_AT_WORK,
            Duration.between(begun, sight.now()),
            () -> FluxFailures.fetching(FLUX_AT_WORK));
  }

  private static Judgement untilApplied(Set<Stage> reached, Sight sight, Instant begun) {
    return within(
        reached,
        FLUX_AT_WORK,
        Duration.between(latest(begun, sight.moves().flux()), sight.now()),
        () -> FluxFailures.applying(FLUX_AT_WORK));
  }

  private static Judgement within(
      Set<Stage> reached, Duration limit, Duration passed, Supplier<Failure> failure) {
    Duration left = limit.minus(passed);
    return left.isPositive()
        ? new Judgement(reached, false, Optional.empty(), Optional.of(left))
        : new Judgement(reached, false, Optional.of(failure.get()), Optional.empty());
  }

  private static Instant latest(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
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
        && isObserved(deployment)
        && number(status.getReplicas()) == replicas
        && number(status.getUpdatedReplicas()) == replicas
        && number(status.getAvailableReplicas()) == replicas;
  }

  /** Whether its status speaks of what it is to be now. */
  static boolean isObserved(Deployment deployment) {
    return number(deployment.getStatus().getObservedGeneration())
        >= deployment.getMetadata().getGeneration();
  }

  private static long number(@Nullable Number value) {
    return value == null ? 0 : value.longValue();
  }
}
