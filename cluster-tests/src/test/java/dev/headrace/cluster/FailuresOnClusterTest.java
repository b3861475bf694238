package dev.headrace.cluster;

import static dev.headrace.cluster.DeployedApp.saying;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.flux.ExternalArtifact;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** Each kind of failure, made to happen by a real deploy, and what the author is told. */
@ExtendWith(InstalledCluster.Installed.class)
class FailuresOnClusterTest {
  private final InstalledCluster cluster;

  FailuresOnClusterTest(InstalledCluster cluster) {
    this.cluster = cluster;
  }

  @Test
  void anExceptionAtStartIsToldWithItsLine() throws Exception {
    DeployedApp app = cluster.live("crashing");
    app.change(
        saying("x") + "\n\ndef broken():\n    raise ValueError('no such thing')\n\n\nbroken()\n");
    JsonNode failure = app.awaitFailure(2);
    assertThat(failure.path("cause").asString()).contains("ValueError: no such thing");
    assertThat(failure.path("evidence").asString()).contains("Traceback").contains("in broken");
    assertThat(failure.path("file").asString()).isEqualTo("main.py");
    assertThat(failure.path("line").asInt()).isEqualTo(12);
    assertThat(app.answers()).isEqualTo("{\"says\":\"good\"}");
  }

  @Test
  void anAppThatNeedsTooMuchMemoryIsToldItsLimit() throws Exception {
    DeployedApp app = cluster.live("hungry");
    app.change(saying("x") + "\nhoard = bytearray(400 * 1024 * 1024)\n");
    assertThat(app.awaitFailure(2).path("cause").asString())
        .contains("more memory than it may")
        .contains("128Mi");
  }

  @Test
  void anAppThatDoesNotAnswerInTimeIsTold() throws Exception {
    DeployedApp app = cluster.live("slow");
    app.change("import time\n\ntime.sleep(300)\n" + saying("x"));
    assertThat(app.awaitFailure(2).path("cause").asString()).contains("did not answer within");
  }

  @Test
  void anAppThatEndsItselfIsTold() throws Exception {
    DeployedApp app = cluster.live("quitting");
    app.change(saying("x") + "\nraise SystemExit(3)\n");
    assertThat(app.awaitFailure(2).path("cause").asString()).contains("sys.exit(3)");
  }

  @Test
  void moreThanTheQuotaIsTold() throws Exception {
    DeployedApp app = cluster.live("greedy");
    String tenant = "tenant-" + app.namespace().substring("headrace-".length());
    cluster.suspend(InstalledCluster.SYSTEM, tenant, true); // or the quota would be put back
    cluster
        .kubernetes()
        .resourceQuotas()
        .inNamespace(app.namespace())
        .resources()
        .forEach(quota ->
            quota.edit(present -> {
              present.getSpec().setHard(Map.of("pods", new Quantity("1")));
              return present;
            }));
    app.change(saying("two"));
    JsonNode failure = app.awaitFailure(2);
    assertThat(failure.path("cause").asString()).contains("more than you are allowed");
    assertThat(failure.path("evidence").asString()).contains("exceeded quota");
    cluster.suspend(InstalledCluster.SYSTEM, tenant, false);
  }

  @Test
  void whatTheTenantMayNotIsTold() throws Exception {
    DeployedApp app = cluster.live("forbidden");
    var role = cluster.kubernetes().rbac().clusterRoles().withName("headrace-tenant");
    List<PolicyRule> rules = role.require().getRules();
    var _ =
        role.edit(present -> {
          present.setRules(
              rules.stream().filter(rule -> !rule.getApiGroups().contains("apps")).toList());
          return present;
        });
    try {
      app.change(saying("two"));
      JsonNode failure = app.awaitFailure(2);
      assertThat(failure.path("cause").asString()).contains("does not allow");
      assertThat(failure.path("evidence").asString()).contains("(Forbidden)");
    } finally {
      var _ =
          role.edit(present -> {
            present.setRules(rules);
            return present;
          });
    }
  }

  @Test
  void aSuspendedAppIsToldAndGoesOnWhenItIsResumed() throws Exception {
    DeployedApp app = cluster.live("suspended");
    app.suspend(true);
    app.change(saying("two"));
    JsonNode failure = app.awaitFailure(2);
    assertThat(failure.path("cause").asString()).contains("suspended");
    app.suspend(false);
    app.becomesLive(2, Duration.ofSeconds(30));
    assertThat(app.answers()).isEqualTo("{\"says\":\"two\"}");
  }

  @Test
  void fluxThatIsAwayIsToldAndTheDeployIsMadeUpFor() throws Exception {
    DeployedApp app = cluster.live("patient");
    scale("kustomize-controller", 0);
    try {
      long begun = System.nanoTime();
      app.change(saying("two"));
      JsonNode failure = app.awaitFailure(2);
      assertThat(failure.path("cause").asString()).contains("Flux does not answer");
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));
    } finally {
      scale("kustomize-controller", 1);
    }
    app.becomesLive(2, Duration.ofSeconds(60));
  }

  @Test
  void theFirstAppOfSomebodyNewIsToldWhyItsNamespaceIsNotMade() throws Exception {
    scale("kustomize-controller", 0);
    DeployedApp app;
    String tenant;
    try {
      long begun = System.nanoTime();
      app = cluster.somebody().deploy("first", saying("one"));
      JsonNode failure = app.awaitFailure(1);
      assertThat(failure.path("cause").asString()).contains("Flux does not answer");
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));
      tenant = "tenant-" + app.namespace().substring("headrace-".length());
      cluster.suspend(InstalledCluster.SYSTEM, tenant, true);
      app.becomesFailed(1, "could not be prepared", Duration.ofSeconds(15));
      assertThat(app.failure(1).path("evidence").asString())
          .contains(tenant + " has suspend: true");
    } finally {
      scale("kustomize-controller", 1);
    }
    cluster.suspend(InstalledCluster.SYSTEM, tenant, false);
    app.becomesLive(1, Duration.ofSeconds(60));
    assertThat(app.answers()).isEqualTo("{\"says\":\"one\"}");
  }

  @Test
  void aRevisionThatGitDoesNotKnowIsToldUntilItsArtifactIsMadeAnew() throws Exception {
    DeployedApp app = cluster.live("confused");
    var artifact =
        cluster
            .kubernetes()
            .resources(ExternalArtifact.class)
            .inNamespace(app.namespace())
            .withName(app.name());
    String unknown = "main@sha1:" + "0123456789".repeat(4);
    var _ =
        artifact
            .subresource("status")
            .patch(
                PatchContext.of(PatchType.JSON_MERGE),
                "{\"status\":{\"artifact\":{\"revision\":\"%s\"}}}".formatted(unknown));
    app.change(saying("two"));
    JsonNode failure = app.awaitFailure(2);
    assertThat(failure.path("cause").asString()).contains("not in this app's history");
    assertThat(failure.path("evidence").asString()).contains(unknown);
    assertThat(app.answers()).isEqualTo("{\"says\":\"good\"}");
    var _ = artifact.delete(); // as the next step says
    app.becomesLive(2, Duration.ofSeconds(60));
    assertThat(app.answers()).isEqualTo("{\"says\":\"two\"}");
  }

  @Test
  void anAddressThatLeadsElsewhereIsToldUntilItLeadsToTheApp() throws Exception {
    DeployedApp app = cluster.live("displaced");
    var elsewhere = cluster.kubernetes().resource(toConsole(app));
    var _ = elsewhere.create();
    try {
      Eventually.holds(
          "something else answers at the app's address",
          Duration.ofSeconds(20),
          () -> !app.answers().equals("{\"says\":\"good\"}"));
      app.change(saying("two"));
      JsonNode failure = app.awaitFailure(2);
      assertThat(failure.path("cause").asString()).contains("does not answer with this version");
      assertThat(failure.path("next_step").asString()).contains("Traefik");
    } finally {
      var _ = elsewhere.delete();
    }
    app.becomesLive(2, Duration.ofSeconds(30));
    assertThat(app.answers()).isEqualTo("{\"says\":\"two\"}");
  }

  /** An operator's route, before all others. */
  private static GenericKubernetesResource toConsole(DeployedApp app) {
    GenericKubernetesResource route = new GenericKubernetesResource();
    route.setApiVersion("traefik.io/v1alpha1");
    route.setKind("IngressRoute");
    route.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(InstalledCluster.SYSTEM)
            .withName("elsewhere")
            .build());
    Map<String, Object> rule =
        Map.of(
            "kind",
            "Rule",
            "match",
            "Host(`%s`)".formatted(URI.create(app.url()).getHost()),
            "priority",
            1_000_000,
            "services",
            List.of(Map.of("name", "headrace", "port", 80)));
    route.setAdditionalProperty("spec", Map.of("routes", List.of(rule)));
    return route;
  }

  private void scale(String controller, int replicas) {
    var _ =
        cluster
            .kubernetes()
            .apps()
            .deployments()
            .inNamespace("flux-system")
            .withName(controller)
            .scale(replicas);
    cluster
        .kubernetes()
        .pods()
        .inNamespace("flux-system")
        .withLabel("app", controller)
        .waitUntilCondition(
            pod ->
                replicas == 0
                    ? pod == null
                    : pod != null
                        && !pod.getStatus().getContainerStatuses().isEmpty()
                        && pod.getStatus().getContainerStatuses().getFirst().getReady(),
            60,
            java.util.concurrent.TimeUnit.SECONDS);
  }
}
