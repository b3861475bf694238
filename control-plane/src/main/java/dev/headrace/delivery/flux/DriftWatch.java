package dev.headrace.delivery.flux;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Sees what anybody but the cluster's own controllers does to objects that Flux applied. Reads
 * their metadata only: what an app's files say is nobody's business here.
 */
final class DriftWatch implements AutoCloseable {
  private static final String OWNER = "kustomize.toolkit.fluxcd.io/name";
  private static final String OWNER_NAMESPACE = "kustomize.toolkit.fluxcd.io/namespace";

  private static final Set<String> CONTROLLERS =
      Set.of("kustomize-controller", "kube-controller-manager", "kube-apiserver", "headrace");

  /** What apps and tenants' baselines consist of, but for ConfigMaps. */
  private static final List<ResourceDefinitionContext> KINDS =
      List.of(
          kind("apps", "v1", "Deployment", "deployments", true),
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
   * @param by the program; none for a deletion
   */
  record Change(
      String namespace,
      String kustomization,
      String object,
      String inventoryId,
      Optional<String> by) {
    boolean isDeletion() {
      return by.isEmpty();
    }
  }

  /**
   * @param client that asks for metadata only, {@link MetadataOnly}
   */
  DriftWatch(KubernetesClient client, Consumer<Change> found) {
    this.client = client;
    this.found = found;
  }

  void start() {
    KINDS.forEach(kind ->
        watch(
            kind,
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
          client
              .genericKubernetesResources(CONFIG_MAP)
              .inNamespace(namespace)
              .withLabel(OWNER)
              .runnableInformer(0));
    }
  }

  private void watch(
      ResourceDefinitionContext kind, SharedIndexInformer<GenericKubernetesResource> informer) {
    informers.add(informer);
    var _ =
        informer
            .exceptionHandler((started, failure) -> true)
            .itemStore(LeanStore.ofWriters())
            .addEventHandler(
                new ResourceEventHandler<>() {
                  @Override
                  public void onAdd(GenericKubernetesResource added) {}

                  @Override
                  public void onUpdate(
                      GenericKubernetesResource before, GenericKubernetesResource now) {
                    foreign(before, now).ifPresent(by -> tell(kind, now, Optional.of(by)));
                  }

                  @Override
                  public void onDelete(GenericKubernetesResource deleted, boolean unknown) {
                    tell(kind, deleted, Optional.empty());
                  }
                })
            .start();
  }

  private void tell(
      ResourceDefinitionContext kind, GenericKubernetesResource object, Optional<String> by) {
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
            by));
  }

  /** Who else wrote since; whose fields were only taken back has not. */
  private static Optional<String> foreign(
      GenericKubernetesResource before, GenericKubernetesResource now) {
    Set<String> known = new HashSet<>();
    before.getMetadata().getManagedFields().forEach(entry -> known.add(writing(entry)));
    return now.getMetadata().getManagedFields().stream()
        .filter(entry -> entry.getSubresource() == null || entry.getSubresource().isEmpty())
        .filter(entry -> !CONTROLLERS.contains(entry.getManager()))
        .filter(entry -> !known.contains(writing(entry)))
        .map(ManagedFieldsEntry::getManager)
        .findFirst();
  }

  private static String writing(ManagedFieldsEntry entry) {
    return "%s %s %s".formatted(entry.getManager(), entry.getOperation(), entry.getTime());
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
