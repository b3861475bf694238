package dev.headrace.cluster;

import static dev.headrace.cluster.DeployedApp.saying;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.testbed.Testbed;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** What makes pods and gives them nodes is away, and says nothing of it. */
@ExtendWith(InstalledCluster.Installed.class)
@OnTestbedOnly("K3s is one process, of which no part can be stopped alone")
class PodMakersAwayOnClusterTest {
  private static final Duration TOLD = Duration.ofSeconds(15);

  private final InstalledCluster cluster;
  private final Testbed testbed;

  PodMakersAwayOnClusterTest(InstalledCluster cluster, Testbed testbed) {
    this.cluster = cluster;
    this.testbed = testbed;
  }

  @Test
  void thatNothingMakesPodsIsToldAndTheDeployIsMadeUpFor() throws Exception {
    isToldWithout("kube-controller-manager", "Nothing in the cluster has made a pod");
  }

  @Test
  void thatNothingGivesPodsANodeIsToldAndTheDeployIsMadeUpFor() throws Exception {
    isToldWithout("kube-scheduler", "Nothing in the cluster has given the app's pod a node");
  }

  private void isToldWithout(String component, String cause) throws Exception {
    DeployedApp app = cluster.live("waiting");
    testbed.run("stop", component, "--kill");
    try {
      long begun = System.nanoTime();
      app.change(saying("two"));
      JsonNode failure = app.awaitFailure(2);
      assertThat(failure.path("cause").asString()).startsWith(cause);
      assertThat(failure.path("next_step").asString()).contains(component);
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(TOLD);
      assertThat(app.answers()).isEqualTo("{\"says\":\"good\"}");
    } finally {
      testbed.run("start", component);
    }
    app.becomesLive(2, Duration.ofSeconds(60));
    assertThat(app.answers()).isEqualTo("{\"says\":\"two\"}");
  }
}
