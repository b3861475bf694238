package dev.headrace.cluster;

import static dev.headrace.cluster.DeployedApp.saying;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
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
