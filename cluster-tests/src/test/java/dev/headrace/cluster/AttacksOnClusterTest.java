package dev.headrace.cluster;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The accounts that the overlay makes, in the hands of an attacker. */
@ExtendWith(InstalledCluster.Installed.class)
class AttacksOnClusterTest {
  private final InstalledCluster cluster;

  AttacksOnClusterTest(InstalledCluster cluster) {
    this.cluster = cluster;
  }

  @Test
  void everyAttackIsRefused() {
    cluster.attack();
  }
}
