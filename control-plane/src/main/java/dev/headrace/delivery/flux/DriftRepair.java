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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
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

  /** By namespace and name of the Kustomization: what was noted and is not put back yet. */
  private final Map<String, List<String>> open = new ConcurrentHashMap<>();

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
    Labels.app(kustomization.get())
        .ifPresent(app ->
            open.computeIfAbsent(key(kustomization.get()), key -> new CopyOnWriteArrayList<>())
                .add(drifts.found(app, change.object(), change.isDeletion(), change.by(), now)));
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

  /** Flux was at work on this app. */
  void reconciled(AppId app) {
    for (Kustomization owner : view.kustomizations(app)) {
      @Nullable KustomizationStatus status = owner.getStatus();
      @Nullable Map<String, String> annotations = owner.getMetadata().getAnnotations();
      if (status != null
          && annotations != null
          && Objects.equals(status.lastHandledReconcileAt(), annotations.get(REQUESTED))
          && Conditions.of(status.conditions(), "Ready")
              .filter(ready -> ready.getStatus().equals("True"))
              .isPresent()) {
        @Nullable List<String> done = open.remove(key(owner));
        if (done != null) {
          done.forEach(drift -> drifts.putBack(drift, clock.instant()));
        }
      }
    }
  }

  private static String key(Kustomization owner) {
    return owner.getMetadata().getNamespace() + "/" + owner.getMetadata().getName();
  }
}
