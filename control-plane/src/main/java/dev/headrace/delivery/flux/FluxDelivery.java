package dev.headrace.delivery.flux;

import dev.headrace.HeadraceSettings;
import dev.headrace.delivery.DeliveryEngine;
import dev.headrace.delivery.Deploys;
import dev.headrace.delivery.Drifts;
import dev.headrace.git.PlatformRepository;
import dev.headrace.manifests.Manifests;
import dev.headrace.manifests.Resources;
import dev.headrace.manifests.TenantBaseline;
import dev.headrace.manifests.TenantQuota;
import dev.headrace.manifests.TenantSettings;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.stream.Stream;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/** Wires the engine for a Kubernetes with Flux. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "headrace.engine", havingValue = "flux")
public class FluxDelivery {
  /** As the pod's service account, or by KUBECONFIG. */
  @Bean
  KubernetesClient kubernetesClient() {
    return new KubernetesClientBuilder().build();
  }

  @Bean
  ArtifactServer artifactServer(HeadraceSettings settings, PlatformRepository repository)
      throws IOException {
    return new ArtifactServer(
        new InetSocketAddress(settings.bind(), settings.cluster().artifactsPort()),
        repository::archive);
  }

  @Bean
  AppsHostRedirect appsHostRedirect(HeadraceSettings settings) {
    return new AppsHostRedirect(settings.cluster().scheme(), settings.cluster().appsHost());
  }

  @Bean
  TenantSettings tenantSettings(HeadraceSettings settings) {
    HeadraceSettings.Cluster cluster = settings.cluster();
    return new TenantSettings(
        cluster.namespacePattern(),
        cluster.systemNamespace(),
        cluster.routerNamespace(),
        TenantQuota.of(cluster.appsPerTenant(), Resources.LARGE),
        Stream.concat(TenantSettings.PRIVATE_RANGES.stream(), cluster.deniedRanges().stream())
            .toList());
  }

  @Bean
  DeliveryEngine deliveryEngine(
      HeadraceSettings settings,
      PlatformRepository repository,
      Manifests manifests,
      TenantSettings tenants,
      Deploys deploys,
      Drifts drifts,
      KubernetesClient client,
      JsonMapper json,
      Clock clock) {
    HeadraceSettings.Cluster cluster = settings.cluster();
    TenantBaseline baseline = new TenantBaseline(tenants);
    ClusterView view = new ClusterView(client, clock);
    Wiring wiring = new Wiring(client, view, cluster.artifactPrefix(), repository::archive, clock);
    Targets targets = new Targets(repository, manifests, tenants);
    Tenants prepared =
        new Tenants(
            repository,
            tenant -> baseline.render(tenant.value()),
            wiring,
            view,
            cluster.systemNamespace(),
            tenant -> tenants.namespace(tenant.value()),
            clock);
    DriftRepair repair = new DriftRepair(targets, prepared, wiring, view, drifts, clock);
    return new FluxEngine(
        repository,
        targets,
        prepared,
        wiring,
        view,
        new RouteProbe(cluster.route(), cluster.appDomain(), json),
        new PodLogs(client, view),
        deploys,
        new DriftWatch(MetadataOnly.client(), view, repair::found),
        repair,
        settings.startLimit(),
        app ->
            "%s://%s.%s".formatted(cluster.scheme(), Target.objectName(app), cluster.appDomain()),
        clock);
  }
}
