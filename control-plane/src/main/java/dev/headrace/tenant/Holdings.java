package dev.headrace.tenant;

import dev.headrace.delivery.DeliveryEngine;
import dev.headrace.git.AppId;
import dev.headrace.git.DirectoryId;
import dev.headrace.git.PlatformRepository;
import dev.headrace.git.TenantCommit;
import dev.headrace.git.TenantId;
import dev.headrace.identity.Users;
import dev.headrace.projection.ProjectedApps;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** What there is of a tenant, in git and where apps run. Thread-safe. */
final class Holdings {
  private final ProjectedApps apps;
  private final PlatformRepository repository;
  private final DeliveryEngine engine;
  private final Users users;

  Holdings(ProjectedApps apps, PlatformRepository repository, DeliveryEngine engine, Users users) {
    this.apps = apps;
    this.repository = repository;
    this.engine = engine;
    this.users = users;
  }

  boolean isKnown(TenantId tenant) {
    return users.exists(tenant.value())
        || repository.latest(tenant).isPresent()
        || !apps.ownedBy(tenant.value(), false).isEmpty()
        || !apps.ownedBy(tenant.value(), true).isEmpty();
  }

  /** Those that git has. */
  List<AppId> apps(TenantId tenant) {
    return apps.ownedBy(tenant.value(), false);
  }

  /** The commit that set the tenant up, while git has what it set up. */
  Optional<TenantCommit> baseline(TenantId tenant) {
    return repository.latest(tenant).filter(commit -> commit.tree().isPresent());
  }

  boolean isInGit(TenantId tenant) {
    return baseline(tenant).isPresent() || !apps(tenant).isEmpty();
  }

  /** What still stands of apps that were deleted. */
  List<String> remainsOfApps(TenantId tenant) {
    return remains(apps.ownedBy(tenant.value(), true));
  }

  /** The same, and what still stands of a tenant that was removed itself. */
  List<String> remains(TenantId tenant) {
    List<String> ofApps = remainsOfApps(tenant);
    boolean removed = repository.latest(tenant).isPresent() && baseline(tenant).isEmpty();
    return ofApps.isEmpty() && removed ? remains(List.of(tenant)) : ofApps;
  }

  private List<String> remains(Collection<? extends DirectoryId> removed) {
    return removed.stream().flatMap(directory -> engine.remains(directory).stream()).toList();
  }
}
