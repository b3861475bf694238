package dev.headrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.testbed.Checkout;
import dev.headrace.testbed.Testbed;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-cluster")
class TestbedClusterTest {
  private final TestbedCluster cluster =
      new TestbedCluster(new Testbed(new Checkout(Path.of(".."))), true);

  @Test
  void commandsGoThroughTheLauncher() {
    assertThat(cluster.kubectl("cordon", "a node"))
        .containsExactly("./headrace", "testbed", "kubectl", "cordon", "a node");
    assertThat(cluster.entering("git", "log", ""))
        .containsExactly("./headrace", "testbed", "enter", "git", "log", "");
    assertThat(String.join(" ", cluster.containerd("images", "rm", "one")))
        .isEqualTo("./headrace testbed enter ctr -n k8s.io images rm one");
  }

  @Test
  void whatAPolicyStopsIsToldNothingButThatTimeIsUp() {
    assertThat(cluster.refusals()).containsExactly("timed out");
  }
}
