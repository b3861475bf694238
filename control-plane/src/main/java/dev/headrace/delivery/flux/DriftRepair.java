package dev.headrace.delivery.flux;

import dev.headrace.delivery.Drifts;
import dev.headrace.flux.Kustomization;
import dev.headrace.flux.KustomizationStatus;
import dev.headrace.git.AppId;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has Flux put back what was changed by hand: asks it to look at once, where it would look by
 * itself only after hours. Thread-safe.
 */
final class DriftRepair {
  private static final Logger log = LoggerFactory.getLogger(DriftRepair.class);
  private static final String REQUESTED = "reconcile.fluxcd.io/requestedAt";

  private final KubernetesClient client;
  private final ClusterView view;
  private final Drifts drifts;
  private final Clock clock;

  /** What is not put back yet. */
  private final Map<AppId, Queue<Noted>> open = new ConcurrentHashMap<>();

  /**
   * @param drift as {@link Drifts} calls it
   * @param requested when Flux was asked to look
   */
  private record Noted(String drift, Instant requested) {}

  DriftRepair(KubernetesClient client, ClusterView view, Drifts drifts, Clock clock) {
    this.client = client;
    this.view = view;
    this.drifts = drifts;
    this.clock = clock;
  }

  void found(DriftWatch.Change change) {
    Optional<Kustomization> kustomization =
        view.kustomization(change.namespace(), change.kustomization())
            .filter(owner -> owner.getMetadata().getDeletionTimestamp() == null);
    if (kustomization.isEmpty()
        || (change.isDeletion() && !isMissed(kustomization.get(), change.inventoryId()))) {
      return;
    }
    Instant now = clock.instant();
    log.warn(
        "{} in {} was {} by hand{}; Flux puts it back",
        change.object(),
        change.namespace(),
        change.isDeletion() ? "deleted" : "changed",
        change.by().map(by -> " with " + by).orElse(""));
    Labels.app(kustomization.get()).ifPresent(app -> note(app, change, now));
    var _ =
        client
            .resource(kustomization.get())
            .patch(
                PatchContext.of(PatchType.JSON_MERGE),
                "{\"metadata\":{\"annotations\":{\"%s\":\"%s\"}}}".formatted(REQUESTED, now));
  }

  /** Flux deletes too: what a new version no longer has, before it says so. */
  private static boolean isMissed(Kustomization owner, String object) {
    @Nullable KustomizationStatus status = owner.getStatus();
    return status != null
        && Objects.equals(status.lastAppliedRevision(), status.lastAttemptedRevision())
        && status.inventory() != null
        && status.inventory().entries().stream().anyMatch(entry -> entry.id().equals(object));
  }

  private void note(AppId app, DriftWatch.Change change, Instant now) {
    Noted noted =
        new Noted(drifts.found(app, change.object(), change.isDeletion(), change.by(), now), now);
    open.computeIfAbsent(app, key -> new ConcurrentLinkedQueue<>()).add(noted);
  }

  /** Something about the app changed; perhaps Flux was at work on it. */
  void reconciled(AppId app) {
    @Nullable Queue<Noted> waiting = open.get(app);
    if (waiting == null) {
      return;
    }
    view.kustomizations(app).stream()
        .map(Kustomization::getStatus)
        .flatMap(status -> handled(status).stream())
        .forEach(handled ->
            waiting.removeIf(noted -> {
              boolean done = !noted.requested().isAfter(handled);
              if (done) {
                drifts.putBack(noted.drift(), clock.instant());
              }
              return done;
            }));
  }

  /** The last request that Flux answered by applying everything. */
  private static Optional<Instant> handled(@Nullable KustomizationStatus status) {
    return Optional.ofNullable(status)
        .filter(seen ->
            Conditions.of(seen.conditions(), "Ready")
                .filter(ready -> ready.getStatus().equals("True"))
                .isPresent())
        .map(KustomizationStatus::lastHandledReconcileAt)
        .map(requested -> OffsetDateTime.parse(requested).toInstant());
  }
}
