package dev.headrace.delivery.flux;

import static java.net.HttpURLConnection.HTTP_FORBIDDEN;
import static java.net.HttpURLConnection.HTTP_NOT_FOUND;

import dev.headrace.flux.Kustomization;
import dev.headrace.flux.KustomizationStatus;
import dev.headrace.git.Actor;
import dev.headrace.git.AppId;
import dev.headrace.git.CommitOutcome;
import dev.headrace.git.Contents;
import dev.headrace.git.DeployId;
import dev.headrace.git.PlatformRepository;
import dev.headrace.git.TenantChange;
import dev.headrace.git.TenantCommit;
import dev.headrace.git.TenantId;
import dev.headrace.git.TreeId;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a tenant's apps need before the first of them: a namespace with an account, limits and
 * policies. It comes from git through Flux, as everything does. Thread-safe.
 */
final class Tenants {
  private static final Logger log = LoggerFactory.getLogger(Tenants.class);

  /** The only account that may make namespaces, and then only such. */
  private static final String ACCOUNT = "headrace-tenants";

  private final PlatformRepository repository;
  private final Function<TenantId, SortedMap<String, byte[]>> baselines;
  private final Wiring wiring;
  private final ClusterView view;
  private final String namespace;
  private final Function<TenantId, String> namespaces;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();
  private final Map<TenantId, Map<AppId, Actor>> waiting = new ConcurrentHashMap<>();

  /**
   * @param baselines the files that a tenant is to consist of
   * @param namespace of the wiring
   * @param namespaces those of the tenants' apps
   */
  Tenants(
      PlatformRepository repository,
      Function<TenantId, SortedMap<String, byte[]>> baselines,
      Wiring wiring,
      ClusterView view,
      String namespace,
      Function<TenantId, String> namespaces,
      Clock clock) {
    this.repository = repository;
    this.baselines = baselines;
    this.wiring = wiring;
    this.view = view;
    this.namespace = namespace;
    this.namespaces = namespaces;
    this.clock = clock;
  }

  /** Whether apps can be delivered. */
  sealed interface State {
    record Ready() implements State {}

    /**
     * It will be told when it is.
     *
     * @param news whether nobody knew yet that this app waits
     */
    record Preparing(boolean news) implements State {}

    record Refused(String why) implements State {}
  }

  /** Who is told to wait is among {@link #released} in time. */
  State state(Target target) {
    TenantId tenant = target.tenant();
    if (isReady(tenant)) {
      return new State.Ready();
    }
    @Nullable Actor before =
        waiting
            .computeIfAbsent(tenant, any -> new ConcurrentHashMap<>())
            .put(target.app(), target.deploy().actor());
    return refusal(tenant)
        .<State>map(State.Refused::new)
        .orElseGet(() -> new State.Preparing(before == null));
  }

  /** The apps to look at again, if their waiting has come to something. */
  Set<AppId> released(TenantId tenant) {
    if (isReady(tenant)) {
      @Nullable Map<AppId, Actor> apps = waiting.remove(tenant);
      return apps == null ? Set.of() : apps.keySet();
    }
    return refusal(tenant).isPresent() ? waiting.getOrDefault(tenant, Map.of()).keySet() : Set.of();
  }

  /** What was removed does not count as ready while the cluster still has it. */
  private boolean isReady(TenantId tenant) {
    return !isRemoved(tenant)
        && status(tenant).map(KustomizationStatus::lastAppliedRevision).isPresent();
  }

  private Optional<String> refusal(TenantId tenant) {
    Optional<Kustomization> suspended = present(tenant).filter(Wiring::isSuspended);
    return suspended.isPresent()
        ? suspended.map(Wiring::suspended)
        : status(tenant)
            .flatMap(status -> Conditions.of(status.conditions(), "Ready"))
            .filter(ready -> ready.getStatus().equals("False"))
            .map(Condition::getMessage);
  }

  private Optional<KustomizationStatus> status(TenantId tenant) {
    return present(tenant).map(Kustomization::getStatus);
  }

  /** By which Flux applies it; not one that is being deleted. */
  Optional<Kustomization> present(TenantId tenant) {
    return view.kustomization(namespace, name(tenant))
        .filter(seen -> seen.getMetadata().getDeletionTimestamp() == null);
  }

  /**
   * Why an app's wiring was refused. With a namespace that somebody deletes go the rights in it, so
   * the refusal alone does not say so; one that is gone is asked for again.
   */
  String explained(Target target, KubernetesClientException refused) {
    if (refused.getCode() == HTTP_FORBIDDEN || refused.getCode() == HTTP_NOT_FOUND) {
      Optional<Namespace> present = view.namespace(target.namespace());
      if (present.isEmpty()) {
        present(target.tenant()).ifPresent(wiring::again);
        return "namespace %s is not there; it is made anew".formatted(target.namespace());
      }
      if (present.get().getMetadata().getDeletionTimestamp() != null) {
        return "namespace %s is being terminated".formatted(target.namespace());
      }
    }
    return Optional.ofNullable(refused.getStatus())
        .map(Status::getMessage)
        .orElseGet(() -> String.valueOf(refused.getMessage()));
  }

  /** Makes git and the wiring say what the tenant is to be. */
  void converge(TenantId tenant) {
    committed(tenant)
        .ifPresent(commit ->
            commit
                .tree()
                .ifPresentOrElse(tree -> wire(tenant, commit, tree), () -> unwire(tenant)));
  }

  private void wire(TenantId tenant, TenantCommit commit, TreeId tree) {
    Wiring.Standing standing =
        wiring.converge(
            new Wiring.Pair(
                namespace,
                name(tenant),
                Map.of(Labels.TENANT, tenant.value()),
                ACCOUNT,
                Target.revision(commit.id()),
                tree),
            present ->
                Target.commit(present)
                    .filter(earlier -> repository.isNewer(tenant, earlier, commit.id()))
                    .isPresent());
    if (standing instanceof Wiring.Standing.Foreign(String revision)) {
      log.warn("tenant {}: the cluster has {}, which git does not know", tenant, revision);
    }
  }

  private void unwire(TenantId tenant) {
    Optional<Kustomization> applying = view.kustomization(namespace, name(tenant));
    if (applying.isPresent()) {
      wiring.prune(applying.get());
    } else {
      view.artifact(namespace, name(tenant)).ifPresent(wiring::delete);
    }
  }

  /** What is still there of a tenant that was removed. */
  Optional<String> remains(TenantId tenant) {
    return Stream.<Optional<? extends HasMetadata>>of(
            view.kustomization(namespace, name(tenant)),
            view.artifact(namespace, name(tenant)),
            view.namespace(namespaces.apply(tenant)))
        .flatMap(Optional::stream)
        .findFirst()
        .map(Wiring::remains);
  }

  /** The commit that has the tenant's files as they are to be, made now if there is none. */
  private Optional<TenantCommit> committed(TenantId tenant) {
    Optional<TenantCommit> present = repository.latest(tenant);
    Optional<Actor> actor = askedFor(tenant).or(() -> present.map(TenantCommit::actor));
    if (actor.isEmpty() || (isRemoved(present) && askedFor(tenant).isEmpty())) {
      return present;
    }
    SortedMap<String, byte[]> files = baselines.apply(tenant);
    if (present.flatMap(TenantCommit::tree).equals(Optional.of(TreeId.of(files)))) {
      return present;
    }
    return switch (repository
        .commit(
            new TenantChange(
                DeployId.next(clock, random),
                tenant,
                actor.get(),
                new Contents.Files(files),
                present.map(TenantCommit::id)))
        .join()) {
      case CommitOutcome.Committed<TenantCommit>(TenantCommit commit) -> Optional.of(commit);
      case CommitOutcome.AlreadyCommitted<TenantCommit>(TenantCommit commit) -> Optional.of(commit);
      case CommitOutcome<TenantCommit> not ->
          throw new IllegalStateException("tenant " + tenant + " was not committed: " + not);
    };
  }

  private Optional<Actor> askedFor(TenantId tenant) {
    return waiting.getOrDefault(tenant, Map.of()).values().stream().findFirst();
  }

  boolean isRemoved(TenantId tenant) {
    return isRemoved(repository.latest(tenant));
  }

  private static boolean isRemoved(Optional<TenantCommit> present) {
    return present.filter(commit -> commit.tree().isEmpty()).isPresent();
  }

  private static String name(TenantId tenant) {
    return "tenant-" + tenant.value();
  }
}
