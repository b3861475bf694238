package dev.headrace.delivery.flux;

import dev.headrace.git.Action;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.PlatformRepository;
import dev.headrace.git.TenantId;
import dev.headrace.manifests.Manifests;
import dev.headrace.manifests.TenantSettings;
import dev.headrace.manifests.Workload;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Reads from git what is wanted, once per commit. Thread-safe. */
final class Targets {
  private final PlatformRepository repository;
  private final Manifests manifests;
  private final TenantSettings settings;
  private final Map<AppId, Target> known = new ConcurrentHashMap<>();

  Targets(PlatformRepository repository, Manifests manifests, TenantSettings settings) {
    this.repository = repository;
    this.manifests = manifests;
    this.settings = settings;
  }

  /** Empty when the app is deleted, or never was. */
  Optional<Target> of(AppId app) {
    Optional<AppCommit> newest =
        repository.latest(app).filter(commit -> commit.action() != Action.DELETE).isPresent()
            ? repository.newestVersion(app)
            : Optional.empty();
    if (newest.isEmpty()) {
      known.remove(app);
      return Optional.empty();
    }
    @Nullable Target before = known.get(app);
    if (before != null && before.deploy().equals(newest.get())) {
      return Optional.of(before);
    }
    Target read = read(newest.get());
    known.put(app, read);
    return Optional.of(read);
  }

  /** The newest version of an app that was deleted. */
  Optional<AppCommit> lastOfDeleted(AppId app) {
    return repository
        .latest(app)
        .filter(commit -> commit.action() == Action.DELETE)
        .flatMap(deletion -> repository.newestVersion(app));
  }

  private Target read(AppCommit deploy) {
    SortedMap<String, byte[]> files = repository.files(deploy.app(), deploy.id());
    String tenant = settings.tenant(manifests.parse(files).spec().ownerId());
    Workload workload = manifests.workload(files);
    return new Target(
        deploy,
        new TenantId(tenant),
        settings.namespace(tenant),
        repository.tree(deploy.app(), deploy.id()).orElseThrow(),
        workload.contentDigest(),
        workload.replicas());
  }
}
