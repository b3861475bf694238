package dev.headrace.delivery.flux;

import dev.headrace.flux.ExternalArtifact;
import dev.headrace.flux.Kustomization;
import dev.headrace.git.AppId;
import dev.headrace.git.DirectoryId;
import dev.headrace.git.TenantId;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the cluster shows of apps and tenants, kept current by watches. What is read here may be a
 * moment old, each kind by a moment of its own. Thread-safe.
 */
final class ClusterView implements AutoCloseable {
  private static final String BY_APP = "app";

  private final KubernetesClient client;
  private final Clock clock;
  private final List<SharedIndexInformer<?>> informers = new ArrayList<>();
  private final Warnings warnings = new Warnings();
  private final AtomicReference<Judgement.Moves> moves =
      new AtomicReference<>(Judgement.Moves.NONE);

  private final SharedIndexInformer<Kustomization> kustomizations;
  private final SharedIndexInformer<ExternalArtifact> artifacts;
  private final SharedIndexInformer<Deployment> deployments;
  private final SharedIndexInformer<Pod> pods;
  private final SharedIndexInformer<Event> events;

  /** Told that something about one of them changed, not what. Returns at once. */
  interface Listener {
    void changed(DirectoryId directory);
  }

  ClusterView(KubernetesClient client, Clock clock) {
    this.client = client;
    this.clock = clock;
    this.kustomizations = informer(wiring(Kustomization.class), ClusterView::wiredApp);
    this.artifacts = informer(wiring(ExternalArtifact.class), ClusterView::wiredApp);
    this.deployments =
        informer(
            client.apps().deployments().inAnyNamespace().withLabel(Labels.RENDERED_APP),
            ClusterView::renderedApp);
    this.pods =
        informer(
            client.pods().inAnyNamespace().withLabel(Labels.RENDERED_APP),
            ClusterView::renderedApp);
    this.events =
        informer(
            client
                .v1()
                .events()
                .inAnyNamespace()
                .withField("type", "Warning")
                .withField("involvedObject.kind", "Pod"),
            event -> Optional.empty());
  }

  private <T extends HasMetadata> Informable<T> wiring(Class<T> type) {
    return client.resources(type).inAnyNamespace().withLabels(Labels.WIRING);
  }

  private <T extends HasMetadata> SharedIndexInformer<T> informer(
      Informable<T> which, Function<HasMetadata, Optional<String>> app) {
    SharedIndexInformer<T> informer =
        which
            .runnableInformer(0)
            .exceptionHandler((started, failure) -> true)
            .itemStore(LeanStore.withoutWriters())
            .addIndexers(
                Map.of(BY_APP, object -> app.apply(object).map(List::of).orElse(List.of())));
    informers.add(informer);
    return informer;
  }

  /** Completes when everything has been listed once, however long the cluster is away. */
  CompletableFuture<Void> start(Listener listener) {
    kustomizations.addEventHandler(
        told((before, now) -> {
          if (before != null && !Objects.equals(before.getStatus(), now.getStatus())) {
            moved(Judgement.Moves::byFlux);
          }
          tell(listener, now);
        }));
    artifacts.addEventHandler(told((before, now) -> tell(listener, now)));
    deployments.addEventHandler(
        told((before, now) -> {
          if (before != null && !Objects.equals(before.getStatus(), now.getStatus())) {
            moved(Judgement.Moves::byControllers);
          }
          tell(listener, now);
        }));
    pods.addEventHandler(
        told((before, now) -> {
          if (before == null || now.getMetadata().getDeletionTimestamp() != null) {
            moved(Judgement.Moves::byControllers);
          } else if (!placement(before).equals(placement(now))) {
            moved(Judgement.Moves::byScheduler);
          }
          tell(listener, now);
        }));
    events.addEventHandler(new Remembering());
    return CompletableFuture.allOf(
        informers.stream()
            .map(informer -> informer.start().toCompletableFuture())
            .toArray(CompletableFuture[]::new));
  }

  private void moved(BiFunction<Judgement.Moves, Instant, Judgement.Moves> by) {
    var _ = moves.updateAndGet(before -> by.apply(before, clock.instant()));
  }

  /** What the scheduler has said of a pod. */
  private static Optional<PodCondition> placement(Pod pod) {
    return Optional.ofNullable(pod.getStatus())
        .flatMap(_ -> PodFailures.condition(pod, "PodScheduled"));
  }

  private static <T> ResourceEventHandler<T> told(BiConsumer<@Nullable T, T> handler) {
    return new ResourceEventHandler<>() {
      @Override
      public void onAdd(T added) {
        handler.accept(null, added);
      }

      @Override
      public void onUpdate(T before, T now) {
        handler.accept(before, now);
      }

      @Override
      public void onDelete(T deleted, boolean unknown) {
        handler.accept(deleted, deleted);
      }
    };
  }

  private static void tell(Listener listener, HasMetadata object) {
    directories(object).forEach(listener::changed);
  }

  /** That an event expires says nothing. */
  private final class Remembering implements ResourceEventHandler<Event> {
    @Override
    public void onAdd(Event event) {
      warnings.remember(event);
    }

    @Override
    public void onUpdate(Event before, Event now) {
      warnings.remember(now);
    }

    @Override
    public void onDelete(Event event, boolean unknown) {}
  }

  Optional<Kustomization> kustomization(String namespace, String name) {
    return found(kustomizations, namespace, name);
  }

  Optional<ExternalArtifact> artifact(String namespace, String name) {
    return found(artifacts, namespace, name);
  }

  Optional<Deployment> deployment(String namespace, String name) {
    return found(deployments, namespace, name);
  }

  /** Not watched: asked now, because it is only of interest when something is refused. */
  Optional<Namespace> namespace(String name) {
    return Optional.ofNullable(client.namespaces().withName(name).get());
  }

  /** As it is now: what is watched is told a little later, and each watch at its own time. */
  Optional<Kustomization> asked(Kustomization watched) {
    return Optional.ofNullable(client.resource(watched).get());
  }

  /** Newest first, those that end among them. */
  List<Pod> pods(String namespace, AppId app) {
    return pods.getIndexer().byIndex(BY_APP, app.value()).stream()
        .filter(pod -> pod.getMetadata().getNamespace().equals(namespace))
        .sorted((one, other) ->
            other
                .getMetadata()
                .getCreationTimestamp()
                .compareTo(one.getMetadata().getCreationTimestamp()))
        .toList();
  }

  /** Of apps and tenants. */
  List<Kustomization> kustomizations() {
    return kustomizations.getStore().list();
  }

  List<Kustomization> kustomizations(String namespace) {
    return kustomizations.getIndexer().byIndex(Cache.NAMESPACE_INDEX, namespace);
  }

  /** Wherever it stands. */
  List<Kustomization> kustomizations(AppId app) {
    return kustomizations.getIndexer().byIndex(BY_APP, app.value());
  }

  /** Wherever it stands. */
  List<ExternalArtifact> artifacts(AppId app) {
    return artifacts.getIndexer().byIndex(BY_APP, app.value());
  }

  /** The apps and tenants that have any. */
  Set<DirectoryId> wired() {
    return Stream.concat(kustomizations().stream(), artifacts.getStore().list().stream())
        .flatMap(ClusterView::directories)
        .collect(Collectors.toSet());
  }

  /** Of git, which an object is of. */
  static Stream<DirectoryId> directories(HasMetadata object) {
    return Stream.concat(
        wiredApp(object).or(() -> renderedApp(object)).stream()
            .filter(AppId::isValid)
            .map(AppId::new),
        Labels.of(object, Labels.TENANT).stream().filter(TenantId::isValid).map(TenantId::new));
  }

  /** What kubelet or the scheduler warned of last. */
  Optional<String> warning(Pod pod) {
    return warnings.of(pod);
  }

  /** When what works in the cluster was last seen at it, on anything of ours. */
  Judgement.Moves moves() {
    return moves.get();
  }

  private static <T> Optional<T> found(
      SharedIndexInformer<T> informer, String namespace, String name) {
    return Optional.ofNullable(informer.getIndexer().getByKey(namespace + "/" + name));
  }

  private static Optional<String> wiredApp(HasMetadata object) {
    return Labels.of(object, Labels.APP);
  }

  private static Optional<String> renderedApp(HasMetadata object) {
    return Labels.of(object, Labels.RENDERED_APP);
  }

  @Override
  public void close() {
    informers.forEach(SharedIndexInformer::stop);
  }
}
