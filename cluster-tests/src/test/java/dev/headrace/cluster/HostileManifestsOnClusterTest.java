package dev.headrace.cluster;

import static dev.headrace.cluster.DeployedApp.saying;
import static dev.headrace.cluster.ForgedCommit.in;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.git.AppId;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Somebody who writes an app's manifests into git, past everything that Headrace renders. */
@ExtendWith(InstalledCluster.Installed.class)
class HostileManifestsOnClusterTest {
  private static final String BINDING = "evil";
  private static final Duration TOLD = Duration.ofSeconds(60);

  private final InstalledCluster cluster;
  private final KubernetesClient kubernetes;

  HostileManifestsOnClusterTest(InstalledCluster cluster) {
    this.cluster = cluster;
    this.kubernetes = cluster.kubernetes();
  }

  /**
   * @param evidence what the author is told of the API server's answer
   */
  private record Attack(Consumer<SortedMap<String, byte[]>> forgery, String evidence) {}

  @Test
  @Timeout(value = 6, unit = TimeUnit.MINUTES)
  void whatATenantMustNotIsRefusedWithTheReasonAndNothingOfItIsMade(@TempDir Path copy)
      throws Exception {
    DeployedApp victim = cluster.live("victim");
    Person tenant = cluster.somebody();
    Map<DeployedApp, Attack> attacks = new LinkedHashMap<>();
    for (Attack attack : attacks(victim)) {
      DeployedApp app = tenant.deploy("attacker " + attacks.size(), saying("good"));
      app.awaitLive(1);
      attacks.put(app, attack);
    }
    new HeadracePod(cluster)
        .restore(
            copy,
            repository ->
                attacks.forEach((app, attack) ->
                    ForgedCommit.of(repository, new AppId(app.id()), attack.forgery())));
    for (Map.Entry<DeployedApp, Attack> entry : attacks.entrySet()) {
      DeployedApp app = entry.getKey();
      app.becomesFailed(2, "The cluster does not allow this to you", TOLD);
      JsonNode failure = app.failure(2);
      assertThat(failure.path("evidence").asString()).contains(entry.getValue().evidence());
      assertThat(failure.path("next_step").asString()).contains("Nothing was changed");
      assertThat(app.answers()).isEqualTo("{\"says\":\"good\"}");
      isAsBefore(app);
      isNowhereElse(app);
    }
    assertThat(kubernetes.rbac().clusterRoleBindings().withName(BINDING).get()).isNull();
    assertThat(victim.answers()).isEqualTo("{\"says\":\"good\"}");
  }

  private static Attack[] attacks(DeployedApp victim) throws InterruptedException {
    String namespace = victim.namespace();
    return new Attack[] {
      new Attack(
          in(
              "kustomization.yaml",
              text -> text.replaceFirst("namespace: .*", "namespace: " + namespace)),
          "cannot patch resource"),
      new Attack(
          in(
              "deployment.yaml",
              text ->
                  text.replace("emptyDir:\n            sizeLimit: 64Mi", "hostPath: {path: /}")),
          "an app's volumes must be a configMap or an emptyDir"),
      new Attack(
          in(
              "deployment.yaml",
              text ->
                  text.replace(
                      "enableServiceLinks:", "hostNetwork: true\n      enableServiceLinks:")),
          "an app's pod must not set hostNetwork"),
      new Attack(HostileManifestsOnClusterTest::bindClusterRole, "clusterrolebindings"),
      new Attack(
          in(
              "ingressroute.yaml",
              text -> text.replaceAll("app-[a-z0-9]{8}\\.", victim.name() + ".")),
          "an app's routes must be"),
    };
  }

  private static void bindClusterRole(SortedMap<String, byte[]> files) {
    in("kustomization.yaml", text -> text.replace("resources:\n", "resources:\n  - evil.yaml\n"))
        .accept(files);
    files.put(
        "evil.yaml",
        """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata: {name: %s}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
        subjects: [{kind: User, name: mallory, apiGroup: rbac.authorization.k8s.io}]
        """
            .formatted(BINDING)
            .getBytes(UTF_8));
  }

  private void isAsBefore(DeployedApp app) throws InterruptedException {
    var pod = app.deployment().require().getSpec().getTemplate().getSpec();
    assertThat(pod.getHostNetwork()).isNull();
    assertThat(pod.getVolumes()).allMatch(volume -> volume.getHostPath() == null);
    Object routes =
        kubernetes
            .genericKubernetesResources("traefik.io/v1alpha1", "IngressRoute")
            .inNamespace(app.namespace())
            .withName(app.name())
            .require()
            .getAdditionalProperties()
            .get("spec");
    assertThat(String.valueOf(routes)).contains("Host(`" + app.name() + ".");
    assertThat(
            kubernetes
                .pods()
                .inNamespace(app.namespace())
                .withLabel("app-id", app.id())
                .list()
                .getItems())
        .hasSize(1)
        .allMatch(HostileManifestsOnClusterTest::isRestricted);
  }

  private static boolean isRestricted(Pod pod) {
    return Optional.ofNullable(pod.getSpec().getHostNetwork()).filter(host -> host).isEmpty();
  }

  private void isNowhereElse(DeployedApp app) throws InterruptedException {
    String home = app.namespace();
    assertThat(
            kubernetes.services().inAnyNamespace().withLabel("app-id", app.id()).list().getItems())
        .allMatch(service -> service.getMetadata().getNamespace().equals(home));
    assertThat(
            kubernetes
                .configMaps()
                .inAnyNamespace()
                .withLabel("app-id", app.id())
                .list()
                .getItems())
        .allMatch(map -> map.getMetadata().getNamespace().equals(home));
    assertThat(
            kubernetes
                .apps()
                .deployments()
                .inAnyNamespace()
                .withLabel("app-id", app.id())
                .list()
                .getItems())
        .allMatch(deployment -> deployment.getMetadata().getNamespace().equals(home));
  }
}
