package dev.headrace.delivery.flux;

import dev.headrace.flux.Kustomization;
import dev.headrace.flux.KustomizationStatus;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees what anybody but the cluster's own controllers does to objects that Flux applied. Reads
 * their metadata only: what an app's files say is nobody's business here.
 */
final class DriftWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DriftWatch.class);
  private static final String OWNER = "kustomize.toolkit.fluxcd.io/name";
  private static final String OWNER_NAMESPACE = "kustomize.toolkit.fluxcd.io/namespace";

  private static final ResourceDefinitionContext DEPLOYMENT =
      kind("apps", "v1", "Deployment", "deployments", true);

  /** What apps and tenants' baselines consist of, but for ConfigMaps. */
  private static final List<ResourceDefinitionContext> KINDS =
      List.of(
          DEPLOYMENT,
          kind("", "v1", "Service", "services", true),
          kind("traefik.io", "v1alpha1", "IngressRoute", "ingressroutes", true),
          kind("traefik.io", "v1alpha1", "Middleware", "middlewares", true),
          kind("", "v1", "Namespace", "namespaces", false),
          kind("", "v1", "ServiceAccount", "serviceaccounts", true),
          kind("", "v1", "ResourceQuota", "resourcequotas", true),
          kind("", "v1", "LimitRange", "limitranges", true),
          kind("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", true),
          kind("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", true));

  private static final ResourceDefinitionContext CONFIG_MAP =
      kind("", "v1", "ConfigMap", "configmaps", true);

  private final KubernetesClient client;
  private final ClusterView view;
  private final Consumer<Change> found;
  private final List<SharedIndexInformer<?>> informers =
      Collections.synchronizedList(new ArrayList<>());
  private final Set<String> followed = Collections.synchronizedSet(new HashSet<>());

  /**
   * A change by hand.
   *
   * @param namespace of the Kustomization that applied the object
   * @param kustomization its name
   * @param object kind and name
   * @param inventoryId as the Kustomization's inventory has it
   * @param by the program; the cluster does not know who deletes, or scales to nothing
   * @param made when, to the second, where that is known
   * @param isSeen whether it was seen when it was made; else it was found as it stands
   */
  record Change(
      String namespace,
      String kustomization,
      String object,
      String inventoryId,
      boolean isDeletion,
      Optional<String> by,
      Optional<Instant> made,
      boolean isSeen) {}

  /**
   * @param client that asks for metadata only, {@link MetadataOnly}
   * @param view which tells what Flux applied
   */
  DriftWatch(KubernetesClient client, ClusterView view, Consumer<Change> found) {
    this.client = client;
    this.view = view;
    this.found = found;
  }

  /** Finds what was done while nobody watched, too. */
  void start() {
    KINDS.forEach(kind ->
        watch(
            kind,
            view::kustomizations,
            client
                .genericKubernetesResources(kind)
                .inAnyNamespace()
                .withLabel(OWNER)
                .runnableInformer(0)));
  }

  /** ConfigMaps may be read in tenants' namespaces only, so they are watched one by one. */
  void follow(String namespace) {
    if (followed.add(namespace)) {
      watch(
          CONFIG_MAP,
          () -> view.kustomizations(namespace),
          client
              .genericKubernetesResources(CONFIG_MAP)
              .inNamespace(namespace)
              .withLabel(OWNER)
              .runnableInformer(0));
    }
  }

  private void watch(
      ResourceDefinitionContext kind,
      Supplier<List<Kustomization>> owners,
      SharedIndexInformer<GenericKubernetesResource> informer) {
    informers.add(informer);
    var _ =
        informer
            .exceptionHandler((started, failure) -> true)
            .itemStore(LeanStore.ofWriters())
            .addEventHandler(
                new ResourceEventHandler<>() {
                  @Override
                  public void onAdd(GenericKubernetesResource added) {
                    ForeignWrites.sinceApplied(added, kind.equals(DEPLOYMENT))
                        .ifPresent(write -> tell(kind, added, Optional.of(write), false));
                  }

                  @Override
                  public void onUpdate(
                      GenericKubernetesResource before, GenericKubernetesResource now) {
                    ForeignWrites.since(before, now)
                        .ifPresent(write -> tell(kind, now, Optional.of(write), true));
                  }

                  @Override
                  public void onDelete(GenericKubernetesResource deleted, boolean unknown) {
                    tell(kind, deleted, Optional.empty(), true);
                  }
                })
            .start()
            .thenRun(() -> tellMissing(kind, owners.get(), informer));
  }

  /**
   * @param write none if the object was deleted
   */
  private void tell(
      ResourceDefinitionContext kind,
      GenericKubernetesResource object,
      Optional<ForeignWrites.Found> write,
      boolean isSeen) {
    Map<String, String> labels = object.getMetadata().getLabels();
    String name = object.getMetadata().getName();
    found.accept(
        new Change(
            Objects.requireNonNullElse(labels.get(OWNER_NAMESPACE), ""),
            Objects.requireNonNullElse(labels.get(OWNER), ""),
            kind.getKind() + " " + name,
            "%s_%s_%s_%s"
                .formatted(
                    Objects.requireNonNullElse(object.getMetadata().getNamespace(), ""),
                    name,
                    kind.getGroup(),
                    kind.getKind()),
            write.isEmpty(),
            write.flatMap(ForeignWrites.Found::by),
            write.flatMap(ForeignWrites.Found::at),
            isSeen));
  }

  /** What Flux applied of this kind and is no more, once all that is there was listed. */
  private void tellMissing(
      ResourceDefinitionContext kind,
      List<Kustomization> owners,
      SharedIndexInformer<GenericKubernetesResource> there) {
    String ending = "_%s_%s".formatted(kind.getGroup(), kind.getKind());
    owners.forEach(owner ->
        inventory(owner)
            .filter(id -> id.endsWith(ending))
            .filter(id -> there.getStore().getByKey(key(id)) == null)
            .forEach(id -> tellIfMissing(kind, owner, id)));
  }

  /** Whatever cluster or database say to this one, the others are looked at. */
  private void tellIfMissing(ResourceDefinitionContext kind, Kustomization owner, String id) {
    String[] parts = id.split("_", -1);
    try {
      if (!isThere(kind, parts[0], parts[1])) {
        found.accept(
            new Change(
                owner.getMetadata().getNamespace(),
                owner.getMetadata().getName(),
                kind.getKind() + " " + parts[1],
                id,
                true,
                Optional.empty(),
                Optional.empty(),
                false));
      }
    } catch (RuntimeException e) {
      log.warn("{}: whether it is missing is not known, or not noted", id, e);
    }
  }

  private static Stream<String> inventory(Kustomization owner) {
    return Optional.ofNullable(owner.getStatus()).map(KustomizationStatus::inventory).stream()
        .flatMap(inventory -> inventory.entries().stream())
        .map(KustomizationStatus.Entry::id);
  }

  /** In a store, of what an inventory calls so. */
  private static String key(String id) {
    String[] parts = id.split("_", -1);
    return parts[0].isEmpty() ? parts[1] : parts[0] + "/" + parts[1];
  }

  /** The two watches need not have come equally far. */
  private boolean isThere(ResourceDefinitionContext kind, String namespace, String name) {
    var everywhere = client.genericKubernetesResources(kind);
    return !(namespace.isEmpty() ? everywhere : everywhere.inNamespace(namespace))
        .withField("metadata.name", name)
        .list()
        .getItems()
        .isEmpty();
  }

  private static ResourceDefinitionContext kind(
      String group, String version, String kind, String plural, boolean namespaced) {
    return new ResourceDefinitionContext.Builder()
        .withGroup(group)
        .withVersion(version)
        .withKind(kind)
        .withPlural(plural)
        .withNamespaced(namespaced)
        .build();
  }

  @Override
  public void close() {
    List.copyOf(informers).forEach(SharedIndexInformer::stop);
    client.close();
  }
}
