package dev.headrace.benchmarks.cluster;

import dev.headrace.benchmarks.Figures;
import dev.headrace.client.ApiClient;
import dev.headrace.flux.GitRepository;
import dev.headrace.flux.GitRepositorySpec;
import dev.headrace.flux.Kustomization;
import dev.headrace.flux.KustomizationSpec;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The usual way to the same apps: one GitRepository of the whole platform repository and a
 * Kustomization per app, while Headrace's own are suspended. Flux is asked to fetch as soon as the
 * commit is durable, as a webhook would do.
 */
final class OneGitRepository {
  private static final String NAME = "bench-git";

  /** Flux may take the part of no other; here it may do anything. */
  private static final String ACCOUNT = "headrace-tenant";

  private static final int COMMITS = 4;
  private static final Duration LONG_ENOUGH = Duration.ofMinutes(3);

  private final Cluster cluster;
  private final List<DeployedApp> apps;

  OneGitRepository(Cluster cluster, List<DeployedApp> apps) {
    this.cluster = cluster;
    this.apps = apps;
  }

  void run(Figures figures) throws InterruptedException {
    cluster.testbed().run("kubectl", "create", "namespace", NAME);
    cluster.testbed().run("kubectl", "-n", NAME, "create", "serviceaccount", ACCOUNT);
    cluster
        .testbed()
        .run(
            "kubectl",
            "create",
            "clusterrolebinding",
            NAME,
            "--clusterrole=cluster-admin",
            "--serviceaccount=%s:%s".formatted(NAME, ACCOUNT));
    suspend(true);
    GitRepository repository = new GitRepository();
    repository.setMetadata(metadata(NAME));
    repository.setSpec(
        new GitRepositorySpec(
            Guest.repositoryUrl(), "12h", new GitRepositorySpec.Reference("main")));
    var _ = cluster.kubernetes().resource(repository).create();
    apps.forEach(app -> cluster.kubernetes().resource(kustomization(app)).create());
    figures.progress("one GitRepository with %d Kustomizations".formatted(apps.size()));
    List<Long> times = new ArrayList<>();
    for (int i = 0; i <= COMMITS; i++) {
      DeployedApp app = apps.get(i * (apps.size() - 1) / COMMITS);
      ApiClient.Version version = app.change(DeployedApp.saying("by git " + i));
      long durable = System.nanoTime();
      poke(i);
      long applied = cluster.sightings().await(applied(app, version), LONG_ENOUGH);
      if (i > 0) { // the first one finds all that are new
        times.add(applied - durable);
      }
      for (DeployedApp each : apps) { // one commit after the other
        var _ = cluster.sightings().await(applied(each, version), LONG_ENOUGH);
      }
      figures.progress("by GitRepository: %.1f s".formatted((applied - durable) / 1e9));
    }
    figures.times("git_repository_applied_ms", times);
    cluster.testbed().run("kubectl", "delete", "namespace", NAME);
    suspend(false);
  }

  private static String applied(DeployedApp app, ApiClient.Version version) {
    return Sightings.applied(NAME, app.name(), "main@sha1:" + version.commit());
  }

  private void suspend(boolean suspended) {
    apps.forEach(app ->
        cluster
            .kubernetes()
            .resources(Kustomization.class)
            .inNamespace(app.namespace())
            .withName(app.name())
            .patch(
                PatchContext.of(PatchType.JSON_MERGE),
                "{\"spec\":{\"suspend\":%s}}".formatted(suspended)));
  }

  private void poke(int number) {
    var _ =
        cluster
            .kubernetes()
            .resources(GitRepository.class)
            .inNamespace(NAME)
            .withName(NAME)
            .patch(
                PatchContext.of(PatchType.JSON_MERGE),
                "{\"metadata\":{\"annotations\":{\"reconcile.fluxcd.io/requestedAt\":\"%d\"}}}"
                    .formatted(number));
  }

  private static Kustomization kustomization(DeployedApp app) {
    Kustomization kustomization = new Kustomization();
    kustomization.setMetadata(metadata(app.name()));
    kustomization.setSpec(
        new KustomizationSpec(
            "12h",
            "30s",
            "1m",
            "./" + Guest.directory(app.id()),
            false,
            false,
            ACCOUNT,
            new KustomizationSpec.SourceRef("GitRepository", NAME),
            null));
    return kustomization;
  }

  private static ObjectMeta metadata(String name) {
    return new ObjectMetaBuilder().withNamespace(NAME).withName(name).build();
  }
}
