package dev.headrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** What an admin changes by hand under the apps, and that git has it back. */
@ExtendWith(InstalledCluster.Installed.class)
class DriftOnClusterTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final String APPLIED_BY = "kustomize.toolkit.fluxcd.io/name";
  private static final String ENFORCED = "pod-security.kubernetes.io/enforce";

  private final InstalledCluster cluster;
  private final KubernetesClient kubernetes;

  DriftOnClusterTest(InstalledCluster cluster) {
    this.cluster = cluster;
    this.kubernetes = cluster.kubernetes();
  }

  @Test
  void aDeploymentThatIsScaledByHandHasItsReplicasAgain() throws Exception {
    DeployedApp app = live();
    var deployment = app.deployment();
    var _ =
        deployment.edit(present -> {
          present.getSpec().setReplicas(3);
          return present;
        });
    Eventually.holds(
        "one replica is wanted again",
        LIMIT,
        () -> deployment.require().getSpec().getReplicas() == 1);
    isReported(app, "Deployment " + app.name(), false);
  }

  @Test
  void replicasThatAreTakenAwayByKubectlScaleComeBack() throws Exception {
    DeployedApp app = live();
    for (int time = 0; time < 2; time++) {
      scaleAway(app.namespace(), app);
      Eventually.holds("one replica is wanted again", LIMIT, () -> app.replicas() == 1);
      isReported(app, "Deployment " + app.name(), false);
    }
  }

  @Test
  void whatIsDoneWhileHeadraceIsAwayIsPutBackWhenItIsThereAgain() throws Exception {
    DeployedApp scaled = live();
    DeployedApp robbed = live();
    annotate(robbed);
    isReported(robbed, "Deployment " + robbed.name(), false);
    String namespace = scaled.namespace(); // which Headrace tells
    var service = kubernetes.services().inNamespace(robbed.namespace()).withName(robbed.name());
    HeadracePod headrace = new HeadracePod(cluster);
    try {
      headrace.stop();
      scaleAway(namespace, scaled);
      var _ = service.delete();
    } finally {
      headrace.start();
    }
    Eventually.holds("one replica is wanted again", LIMIT, () -> scaled.replicas() == 1);
    isReported(scaled, "Deployment " + scaled.name(), false);
    isReported(robbed, "Service " + robbed.name(), true);
    assertThat(drifts(robbed)).as("what Flux leaves is told once").hasSize(2);
  }

  @Test
  void whatIsNotPutBackWhenHeadraceEndsIsToldOnceAndAsPutBackInTheEnd() throws Exception {
    DeployedApp app = live();
    app.suspend(true); // Flux puts nothing back
    try {
      scaleAway(app.namespace(), app);
      Eventually.holds("it is reported", LIMIT, () -> drifts(app).size() == 1);
      restartHeadrace();
      DeployedApp later = live();
      scaleAway(later.namespace(), later); // by the watch that found what was there at the start
      isReported(later, "Deployment " + later.name(), false);
      assertThat(drifts(app)).hasSize(1);
      assertThat(isPutBack(drifts(app).path(0))).isFalse();
    } finally {
      app.suspend(false);
    }
    isReported(app, "Deployment " + app.name(), false);
    assertThat(drifts(app)).hasSize(1);
  }

  @Test
  void aRouteThatIsChangedByHandIsAsGitHasIt() throws Exception {
    DeployedApp app = live();
    var route =
        kubernetes
            .genericKubernetesResources("traefik.io/v1alpha1", "IngressRoute")
            .inNamespace(app.namespace())
            .withName(app.name());
    var _ =
        route.edit(present -> {
          present.setAdditionalProperty(
              "spec",
              Map.of("routes", List.of(Map.of("kind", "Rule", "match", "Host(`elsewhere`)"))));
          return present;
        });
    Eventually.holds(
        "the rule is there again", LIMIT, () -> rules(route.require()).contains(app.id()));
    isReported(app, "IngressRoute " + app.name(), false);
  }

  @Test
  void aServiceThatIsDeletedByHandIsMadeAgain() throws Exception {
    DeployedApp app = live();
    var service = kubernetes.services().inNamespace(app.namespace()).withName(app.name());
    var _ = service.delete();
    Eventually.holds("the Service is there again", LIMIT, () -> service.get() != null);
    isReported(app, "Service " + app.name(), true);
  }

  @Test
  void filesThatAreDeletedByHandAreMadeAgain() throws Exception {
    DeployedApp app = live();
    var files = kubernetes.configMaps().inNamespace(app.namespace()).withLabel("app-id", app.id());
    String name = files.list().getItems().getFirst().getMetadata().getName();
    var _ = files.delete();
    Eventually.holds(
        "the ConfigMap is there again",
        LIMIT,
        () -> kubernetes.configMaps().inNamespace(app.namespace()).withName(name).get() != null);
    isReported(app, "ConfigMap " + name, true);
  }

  @Test
  void aTenantsRightsThatAreDeletedByHandComeBack() throws Exception {
    DeployedApp app = live();
    var binding =
        kubernetes.rbac().roleBindings().inNamespace(app.namespace()).withName("headrace-tenant");
    var _ = binding.delete();
    Eventually.holds("the role binding is there again", LIMIT, () -> binding.get() != null);
  }

  @Test
  void whateverElseOfAnAppOrItsTenantIsDeletedByHandIsMadeAgain() throws Exception {
    String namespace = live().namespace();
    isMadeAgain(namespace, "traefik.io/v1alpha1", "Middleware");
    isMadeAgain(namespace, "v1", "ResourceQuota");
    isMadeAgain(namespace, "v1", "LimitRange");
    isMadeAgain(namespace, "networking.k8s.io/v1", "NetworkPolicy");
    isMadeAgain(namespace, "v1", "ServiceAccount");
  }

  @Test
  void aNamespaceThatIsOpenedByHandIsClosedAgain() throws Exception {
    var namespace = kubernetes.namespaces().withName(live().namespace());
    var _ =
        namespace.edit(present -> {
          present.getMetadata().getLabels().put(ENFORCED, "privileged");
          return present;
        });
    Eventually.holds(
        "the strictest standard is enforced again",
        LIMIT,
        () -> "restricted".equals(namespace.require().getMetadata().getLabels().get(ENFORCED)));
  }

  private void isMadeAgain(String namespace, String apiVersion, String kind) throws Exception {
    var all = kubernetes.genericKubernetesResources(apiVersion, kind).inNamespace(namespace);
    GenericKubernetesResource before =
        all.list().getItems().stream()
            .filter(object -> object.getMetadata().getLabels() != null)
            .filter(object -> object.getMetadata().getLabels().containsKey(APPLIED_BY))
            .findFirst()
            .orElseThrow();
    var object = all.withName(before.getMetadata().getName());
    var _ = object.delete();
    Eventually.holds(
        "there is a %s %s again".formatted(kind, before.getMetadata().getName()),
        LIMIT,
        () ->
            object.get() != null
                && !object.require().getMetadata().getUid().equals(before.getMetadata().getUid()));
  }

  /** With what is none of Flux's fields, so that it stays. */
  private void annotate(DeployedApp app) throws InterruptedException {
    var _ =
        app.deployment()
            .edit(present -> {
              present.getMetadata().getAnnotations().put("example.test/note", "mine");
              return present;
            });
  }

  private void scaleAway(String namespace, DeployedApp app) {
    cluster.kubectl("-n", namespace, "scale", "deployment/" + app.name(), "--replicas=0");
  }

  private DeployedApp live() throws InterruptedException {
    return cluster.live("steady");
  }

  private static String rules(GenericKubernetesResource route) {
    return String.valueOf(route.getAdditionalProperties().get("spec"));
  }

  private static JsonNode drifts(DeployedApp app) throws InterruptedException {
    return app.author().api().get("/api/v1/apps/%s/drift".formatted(app.id()));
  }

  private static void isReported(DeployedApp app, String object, boolean deleted) throws Exception {
    Eventually.holds(
        object + " is reported as put back",
        LIMIT,
        () -> {
          JsonNode newest = drifts(app).path(0);
          return newest.path("object").asString("").equals(object)
              && newest.path("deleted").asBoolean() == deleted
              && isPutBack(newest);
        });
    Eventually.holds(
        "the app answers, as soon as Traefik has taken up what is there again",
        LIMIT,
        () -> app.answers().equals("{\"says\":\"good\"}"));
  }

  private void restartHeadrace() throws Exception {
    HeadracePod headrace = new HeadracePod(cluster);
    try {
      headrace.stop();
    } finally {
      headrace.start();
    }
  }

  private static boolean isPutBack(JsonNode drift) {
    return drift.hasNonNull("put_back_at");
  }
}
