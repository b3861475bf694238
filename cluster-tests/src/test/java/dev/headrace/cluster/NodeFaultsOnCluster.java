package dev.headrace.cluster;

import dev.headrace.testbed.Testbed;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Parts of Kubernetes itself die while people deploy, and are started again after a while. */
@ExtendWith(InstalledCluster.Installed.class)
@OnTestbedOnly("K3s is one process, of which no part can be stopped alone")
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class NodeFaultsOnCluster {
  private static final String NOT_TOLD = "The cluster could not be told of this commit";
  private static final String FLUX_SILENT = "Flux does not answer";
  private static final String FLUX_SLOW = "Flux has been ";
  private static final String NOT_MADE = "Nothing in the cluster has ";
  private static final String NOT_COUNTED = "The app's pod is ready, but nothing in the cluster ";

  private final InstalledCluster cluster;
  private final Testbed testbed;

  NodeFaultsOnCluster(InstalledCluster cluster, Testbed testbed) {
    this.cluster = cluster;
    this.testbed = testbed;
  }

  @Test
  void theApiServerIsKilled() throws Exception {
    killed("kube-apiserver", 15, NOT_TOLD, FLUX_SILENT, FLUX_SLOW, NOT_MADE, NOT_COUNTED);
  }

  @Test
  void etcdIsKilled() throws Exception {
    killed("etcd", 10, NOT_TOLD, FLUX_SILENT, FLUX_SLOW, NOT_MADE, NOT_COUNTED);
  }

  @Test
  void kubeletIsKilled() throws Exception {
    killed("kubelet", 15, "The node has not started the app");
  }

  @Test
  void theControllerManagerIsKilled() throws Exception {
    killed("kube-controller-manager", 20, NOT_MADE, NOT_COUNTED);
  }

  @Test
  void theSchedulerIsKilled() throws Exception {
    killed("kube-scheduler", 20, NOT_MADE);
  }

  /**
   * @param deploys so many are accepted until it is started again
   */
  private void killed(String component, int deploys, String... causes) throws Exception {
    try (FaultRun run = FaultRun.of(cluster, component + " killed")) {
      run.survives(
          () -> {
            testbed.run("stop", component, "--kill");
            try {
              run.acceptsDeploys(deploys);
            } finally {
              testbed.run("start", component);
            }
          },
          causes);
    }
  }
}
