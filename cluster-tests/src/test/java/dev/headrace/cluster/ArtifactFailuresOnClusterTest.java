package dev.headrace.cluster;

import static dev.headrace.cluster.DeployedApp.saying;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.testbed.Testbed;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** What is between Flux and a commit's files, and what the author is told of it. */
@ExtendWith(InstalledCluster.Installed.class)
class ArtifactFailuresOnClusterTest {
  private static final String ARTIFACTS = "headrace-artifacts";

  private final InstalledCluster cluster;

  ArtifactFailuresOnClusterTest(InstalledCluster cluster) {
    this.cluster = cluster;
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  @OnTestbedOnly("only the testbed cuts the network between two pods")
  void aNetworkThatIsCutIsToldAndTheDeployIsMadeUpFor(Testbed testbed) throws Exception {
    DeployedApp app = cluster.live("cut-off");
    testbed.run(
        "cut",
        cluster.address("flux-system", "app", "kustomize-controller"),
        cluster.address(InstalledCluster.SYSTEM, "app.kubernetes.io/name", "headrace"));
    try {
      app.change(saying("two"));
      JsonNode failure = app.awaitFailure(2);
      assertThat(failure.path("cause").asString()).contains("Flux has been fetching");
      assertThat(failure.path("next_step").asString()).contains(ARTIFACTS);
      app.becomesFailed(2, "Flux cannot fetch the commit", Duration.ofSeconds(100));
      assertThat(app.failure(2).path("evidence").asString()).contains("giving up");
      assertThat(app.answers()).isEqualTo("{\"says\":\"good\"}");
    } finally {
      testbed.run("mend");
    }
    app.becomesLive(2, Duration.ofMinutes(2));
    assertThat(app.answers()).isEqualTo("{\"says\":\"two\"}");
  }

  @Test
  void whatIsChangedOnItsWayIsToldAndNotApplied() throws Exception {
    DeployedApp app = cluster.live("meddled");
    var impostor =
        cluster.kubernetes().resource(Impostor.pod()).inNamespace(InstalledCluster.SYSTEM);
    var _ = impostor.create();
    try {
      var _ = impostor.waitUntilReady(60, TimeUnit.SECONDS);
      select(Impostor.NAME);
      app.change(saying("two"));
      JsonNode failure = app.awaitFailure(2);
      assertThat(failure.path("cause").asString()).contains("not what the commit holds");
      assertThat(failure.path("evidence").asString()).contains("computed digest doesn't match");
      assertThat(app.answers()).isEqualTo("{\"says\":\"good\"}");
    } finally {
      select("headrace");
      var _ = impostor.withGracePeriod(0).delete();
    }
    app.becomesLive(2, Duration.ofSeconds(90));
  }

  /** Returns when kube-proxy has been told. */
  private void select(String name) throws Exception {
    KubernetesClient kubernetes = cluster.kubernetes();
    var _ =
        kubernetes
            .services()
            .inNamespace(InstalledCluster.SYSTEM)
            .withName(ARTIFACTS)
            .patch(
                PatchContext.of(PatchType.JSON_MERGE),
                "{\"spec\":{\"selector\":{\"app.kubernetes.io/name\":\"%s\"}}}".formatted(name));
    List<String> wanted =
        List.of(cluster.address(InstalledCluster.SYSTEM, "app.kubernetes.io/name", name));
    Eventually.holds(
        "the Service leads to " + name,
        Duration.ofSeconds(20),
        () ->
            kubernetes
                .discovery()
                .v1()
                .endpointSlices()
                .inNamespace(InstalledCluster.SYSTEM)
                .withLabel("kubernetes.io/service-name", ARTIFACTS)
                .list()
                .getItems()
                .stream()
                .flatMap(slice -> slice.getEndpoints().stream())
                .flatMap(endpoint -> endpoint.getAddresses().stream())
                .toList()
                .equals(wanted));
  }
}
