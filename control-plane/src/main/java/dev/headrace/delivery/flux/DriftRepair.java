package dev.headrace.delivery.flux;

import dev.headrace.delivery.Drifts;
import dev.headrace.flux.Kustomization;
import dev.headrace.flux.KustomizationStatus;
import dev.headrace.git.AppId;
import dev.headrace.git.DirectoryId;
import dev.headrace.git.TenantId;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has Flux put back what was changed by hand: asks it to look at once, where it would look by
 * itself only after hours. Thread-safe.
 */
final class DriftRepair implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DriftRepair.class);

  private final Targets targets;
  private final Tenants tenants;
  private final Wiring wiring;
  private final ClusterView view;
  private final Drifts drifts;
  private final Clock clock;
  private final Turns<Owner> requests = new Turns<>(this::request);

  /** When the newest of what is not put back yet was found. */
  private final Map<AppId, Instant> open;

  /** A Kustomization that Flux is to look at. */
  private record Owner(String namespace, String name) {}

  DriftRepair(
      Targets targets,
      Tenants tenants,
      Wiring wiring,
      ClusterView view,
      Drifts drifts,
      Clock clock) {
    this.targets = targets;
    this.tenants = tenants;
    this.wiring = wiring;
    this.view = view;
    this.drifts = drifts;
    this.clock = clock;
    this.open = new ConcurrentHashMap<>(drifts.open());
  }

  /** What was found before Headrace ended may never have been asked for. */
  void start() {
    open.keySet().stream()
        .flatMap(app -> view.kustomizations(app).stream())
        .map(Kustomization::getMetadata)
        .forEach(applying -> requests.ask(new Owner(applying.getNamespace(), applying.getName())));
  }

  void found(DriftWatch.Change change) {
    Owner owner = new Owner(change.namespace(), change.kustomization());
    Optional<Kustomization> applying = applying(owner);
    if (applying.isEmpty()
        || (change.isDeletion() && !isMissed(applying.get(), change.inventoryId()))
        || isLookedAt(applying.get(), change)) {
      return;
    }
    try {
      if (!change.isDeletion() || isMissedNow(applying.get(), change.inventoryId())) {
        tell(applying.get(), change);
      }
    } finally {
      requests.ask(owner);
    }
  }

  private void tell(Kustomization applying, DriftWatch.Change change) {
    Optional<AppId> app = Labels.app(applying);
    if (!change.isSeen() && app.filter(its -> isTold(its, change)).isPresent()) {
      return;
    }
    log.warn(
        "{} in {} was {} by hand{}; {}",
        change.object(),
        change.namespace(),
        change.isDeletion() ? "deleted" : "changed",
        change.by().map(by -> " with " + by).orElse(""),
        Wiring.isSuspended(applying)
            ? Wiring.suspended(applying) + ", so it stays until that is resumed"
            : "Flux puts it back");
    app.ifPresent(its -> note(its, change, clock.instant()));
  }

  private boolean isTold(AppId app, DriftWatch.Change change) {
    return drifts.isKnown(app, change.object(), change.isDeletion(), change.made());
  }

  /** Not where Flux is to remove everything, which git may say a moment before the cluster does. */
  private Optional<Kustomization> applying(Owner owner) {
    return view.kustomization(owner.namespace(), owner.name())
        .filter(present -> present.getMetadata().getDeletionTimestamp() == null)
        .filter(present -> ClusterView.directories(present).noneMatch(this::isRemoved));
  }

  private boolean isRemoved(DirectoryId directory) {
    return switch (directory) {
      case AppId app -> targets.lastOfDeleted(app).isPresent();
      case TenantId tenant -> tenants.isRemoved(tenant);
    };
  }

  private void request(Owner owner) {
    applying(owner).ifPresent(wiring::again);
  }

  /** What is none of Flux's fields stays as it is, and is there at each start anew. */
  private static boolean isLookedAt(Kustomization owner, DriftWatch.Change change) {
    return !change.isSeen()
        && change
            .made()
            .flatMap(made -> handled(owner).filter(handled -> !handled.isBefore(made)))
            .isPresent();
  }

  /** A deletion may be heard of before what Flux said ahead of it. */
  private boolean isMissedNow(Kustomization watched, String object) {
    return view.asked(watched).filter(asked -> isMissed(asked, object)).isPresent();
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
    drifts.found(app, change.object(), change.isDeletion(), change.by(), now);
    var _ = open.merge(app, now, BinaryOperator.maxBy(Comparator.naturalOrder()));
  }

  /** Something about the app changed; perhaps Flux was at work on it. */
  void reconciled(AppId app) {
    @Nullable Instant newest = open.get(app);
    if (newest == null) {
      return;
    }
    view.kustomizations(app).stream()
        .flatMap(applied -> handled(applied).stream())
        .max(Comparator.naturalOrder())
        .ifPresent(handled -> {
          drifts.putBack(app, handled, clock.instant());
          if (!newest.isAfter(handled)) {
            open.remove(app, newest);
          }
        });
  }

  /**
   * The last request that Flux answered by applying everything. Of one that is suspended Flux says
   * the same, and applies nothing; what it says after that is of another generation.
   */
  private static Optional<Instant> handled(Kustomization applied) {
    return Optional.ofNullable(applied.getStatus())
        .filter(status -> !Wiring.isSuspended(applied))
        .filter(status ->
            Objects.equals(status.observedGeneration(), applied.getMetadata().getGeneration()))
        .filter(status ->
            Conditions.of(status.conditions(), "Ready")
                .filter(ready -> ready.getStatus().equals("True"))
                .isPresent())
        .map(KustomizationStatus::lastHandledReconcileAt)
        .flatMap(DriftRepair::read);
  }

  /** Anybody may ask, with what is no time too. */
  private static Optional<Instant> read(String requested) {
    try {
      return Optional.of(OffsetDateTime.parse(requested).toInstant());
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    requests.close();
  }
}
