package dev.headrace.cluster;

import dev.headrace.flux.ExternalArtifact;
import dev.headrace.flux.Kustomization;
import dev.headrace.testbed.Testbed;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Parts of the installed platform die, or lose each other, while people deploy. */
@ExtendWith(InstalledCluster.Installed.class)
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class PlatformFaultsOnCluster {
  private static final String FLUX = "flux-system";

  private static final String[] FLUX_IS_AWAY = {
    "Flux does not answer", "Flux has been ", "Flux cannot fetch the commit"
  };

  private final InstalledCluster cluster;
  private final KubernetesClient kubernetes;
  private final Crashes crashes;

  PlatformFaultsOnCluster(InstalledCluster cluster) {
    this.cluster = cluster;
    this.kubernetes = cluster.kubernetes();
    this.crashes = new Crashes(cluster);
  }

  @Test
  void headraceIsKilled() throws Exception {
    try (FaultRun run = FaultRun.of(cluster, "Headrace killed")) {
      run.survives(new HeadracePod(cluster)::crash, FLUX_IS_AWAY);
    }
  }

  @Test
  void headracesPodIsDeleted() throws Exception {
    try (FaultRun run = FaultRun.of(cluster, "Headrace's pod deleted")) {
      run.survives(new HeadracePod(cluster)::delete, FLUX_IS_AWAY);
    }
  }

  @Test
  void kustomizeControllerIsKilled() throws Exception {
    try (FaultRun run = FaultRun.of(cluster, "kustomize-controller killed")) {
      run.survives(() -> crashes.happen(FLUX, "app", "kustomize-controller"), FLUX_IS_AWAY);
    }
  }

  @Test
  void sourceControllerIsKilled() throws Exception {
    try (FaultRun run = FaultRun.of(cluster, "source-controller killed")) {
      run.survives(() -> crashes.happen(FLUX, "app", "source-controller"));
    }
  }

  @Test
  @OnTestbedOnly("only the testbed cuts the network between two pods")
  void theNetworkBetweenFluxAndHeadraceIsCut(Testbed testbed) throws Exception {
    try (FaultRun run = FaultRun.of(cluster, "network between Flux and Headrace cut")) {
      run.survives(
          () -> {
            testbed.run(
                "cut",
                cluster.address(FLUX, "app", "kustomize-controller"),
                cluster.address(InstalledCluster.SYSTEM, "app.kubernetes.io/name", "headrace"));
            try {
              run.acceptsDeploys(20);
            } finally {
              testbed.run("mend");
            }
          },
          FLUX_IS_AWAY);
    }
  }

  /** Deleting a Kustomization has Flux prune what runs; git has it back. */
  @Test
  void theWiringIsDeletedByHand() throws Exception {
    try (FaultRun run = FaultRun.of(cluster, "wiring deleted by hand")) {
      run.survives(
          () -> {
            for (DeployedApp app : run.apps()) {
              var _ =
                  kubernetes
                      .resources(ExternalArtifact.class)
                      .inNamespace(app.namespace())
                      .withName(app.name())
                      .delete();
            }
            DeployedApp pruned = run.apps().getFirst();
            var _ =
                kubernetes
                    .resources(Kustomization.class)
                    .inNamespace(pruned.namespace())
                    .withName(pruned.name())
                    .delete();
            run.acceptsDeploys(4);
          },
          FLUX_IS_AWAY);
    }
  }
}
