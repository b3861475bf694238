package dev.headrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headrace.testbed.Checkout;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-cluster")
class ClusterChoiceTest {
  @Test
  void eachIsCalledByItsWord() {
    assertThat(ClusterChoice.of("testbed")).isEqualTo(ClusterChoice.TESTBED);
    assertThat(ClusterChoice.of("k3s")).isEqualTo(ClusterChoice.K3S);
  }

  @Test
  void anotherWordIsRefusedWithThoseThatThereAre() {
    assertThatThrownBy(() -> ClusterChoice.of("K3S"))
        .hasMessageContaining("-Dcluster.on=K3S")
        .hasMessageContaining("expected: testbed or k3s");
  }

  @Test
  void k3sIsNotKept() {
    Checkout checkout = new Checkout(Path.of(".."));

    assertThatThrownBy(() -> ClusterChoice.K3S.started(checkout, true))
        .hasMessageContaining("ends with the tests")
        .hasMessageContaining("Leave out one");
  }
}
