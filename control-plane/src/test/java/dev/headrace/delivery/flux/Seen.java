package dev.headrace.delivery.flux;

import dev.headrace.flux.Kustomization;
import dev.headrace.flux.KustomizationSpec;
import dev.headrace.flux.KustomizationStatus;
import dev.headrace.git.Action;
import dev.headrace.git.Actor;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.CommitId;
import dev.headrace.git.DeployId;
import dev.headrace.git.TenantId;
import dev.headrace.git.TreeId;
import dev.headrace.git.Via;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What a cluster might show of one app; all of it is changed by {@code with} methods. */
record Seen(
    Optional<Kustomization> kustomization,
    Optional<Deployment> deployment,
    List<Pod> pods,
    Optional<String> warning,
    Judgement.Moves moves,
    Duration passed) {

  /** When the artifact named the deploy. */
  static final Instant DELIVERED = Instant.parse("2026-01-31T10:00:00Z");

  static final Duration START_LIMIT = Duration.ofSeconds(30);
  static final String OLDER = Target.revision(new CommitId("a".repeat(40)));
  static final String CONTENT = "c".repeat(64);
  static final String OLDER_CONTENT = "b".repeat(64);

  static Seen nothing() {
    return new Seen(
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Judgement.Moves.NONE,
        Duration.ofSeconds(1));
  }

  static Target target(int replicas) {
    return new Target(
        new AppCommit(
            new CommitId("d".repeat(40)),
            new AppId("k3f9a2bq"),
            "todo",
            new DeployId("01JD3K0000000000000000000A"),
            OptionalInt.of(2),
            Action.DEPLOY,
            Actor.HEADRACE,
            Via.API,
            Optional.empty(),
            DELIVERED,
            Optional.empty(),
            Optional.of(CONTENT),
            Optional.empty()),
        new TenantId("0123456789abcdef01234567"),
        "headrace-0123456789abcdef01234567",
        new TreeId("e".repeat(40)),
        CONTENT,
        replicas);
  }

  Seen with(KustomizationStatus status) {
    Kustomization object = new Kustomization();
    object.setSpec(spec(null));
    object.setStatus(status);
    return with(object);
  }

  Seen suspended() {
    Kustomization object = new Kustomization();
    object.setSpec(spec(true));
    return with(object);
  }

  private Seen with(Kustomization object) {
    return new Seen(Optional.of(object), deployment, pods, warning, moves, passed);
  }

  Seen with(Deployment seen) {
    return new Seen(kustomization, Optional.of(seen), pods, warning, moves, passed);
  }

  /** Newest first. */
  Seen with(Pod... seen) {
    return new Seen(kustomization, deployment, List.of(seen), warning, moves, passed);
  }

  Seen warned(String message) {
    return new Seen(kustomization, deployment, pods, Optional.of(message), moves, passed);
  }

  Seen fluxMoved(Duration after) {
    return with(moves.byFlux(DELIVERED.plus(after)));
  }

  Seen controllersMoved(Duration after) {
    return with(moves.byControllers(DELIVERED.plus(after)));
  }

  Seen schedulerMoved(Duration after) {
    return with(moves.byScheduler(DELIVERED.plus(after)));
  }

  private Seen with(Judgement.Moves moved) {
    return new Seen(kustomization, deployment, pods, warning, moved, passed);
  }

  Seen after(Duration time) {
    return new Seen(kustomization, deployment, pods, warning, moves, time);
  }

  Judgement.Sight sight() {
    return new Judgement.Sight(
        kustomization,
        deployment,
        pods,
        pod -> warning,
        DELIVERED,
        moves,
        START_LIMIT,
        DELIVERED.plus(passed));
  }

  Judgement judged() {
    return Judgement.of(target(1), sight());
  }

  private static KustomizationSpec spec(@Nullable Boolean suspend) {
    return new KustomizationSpec(
        "12h",
        "30s",
        "1m",
        "./",
        true,
        false,
        "headrace-tenant",
        new KustomizationSpec.SourceRef("ExternalArtifact", "app-k3f9a2bq"),
        suspend);
  }

  static KustomizationStatus status(
      @Nullable String applied, @Nullable String attempted, Condition... conditions) {
    return new KustomizationStatus(1L, applied, attempted, null, List.of(conditions), null);
  }

  static KustomizationStatus applied() {
    String revision = target(1).revision();
    return status(
        revision,
        revision,
        condition("Ready", "True", "ReconciliationSucceeded", "Applied revision: " + revision));
  }

  static Condition ready(String status, String reason, String message) {
    return condition("Ready", status, reason, message);
  }

  static Condition fetching(String revision) {
    return condition(
        "Reconciling",
        "True",
        "Progressing",
        "Fetching manifests for revision %s with a timeout of 1m0s".formatted(revision));
  }

  private static Condition condition(String type, String status, String reason, String message) {
    return new ConditionBuilder()
        .withType(type)
        .withStatus(status)
        .withReason(reason)
        .withMessage(message)
        .withLastTransitionTime(DELIVERED.toString())
        .build();
  }

  /** Of one replica, and seen by its controller. */
  static Deployment deployment(String content, int replicas, int updated, int available) {
    return new DeploymentBuilder()
        .withNewMetadata()
        .withGeneration(3L)
        .endMetadata()
        .withNewSpec()
        .withNewTemplate()
        .withNewMetadata()
        .addToAnnotations("headrace.dev/content", content)
        .endMetadata()
        .endTemplate()
        .endSpec()
        .withNewStatus()
        .withObservedGeneration(3L)
        .withReplicas(replicas)
        .withUpdatedReplicas(updated)
        .withAvailableReplicas(available)
        .endStatus()
        .build();
  }
}
