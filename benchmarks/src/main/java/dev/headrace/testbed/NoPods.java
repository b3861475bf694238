package dev.headrace.testbed;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;

/**
 * As long as it is open, apps have no pods, whatever their commits say; there can be more of them
 * than a node has room for. A deploy starts a stopped app, so stopping them would not do.
 */
public final class NoPods implements AutoCloseable {
  private final KubernetesClient kubernetes;
  private final List<HasMetadata> policy;

  private NoPods(KubernetesClient kubernetes, List<HasMetadata> policy) {
    this.kubernetes = kubernetes;
    this.policy = policy;
  }

  /**
   * Returns when it is so.
   *
   * @param probe an app's, to see that it loses its pod
   */
  public static NoPods of(KubernetesClient kubernetes, Deployment probe)
      throws InterruptedException {
    List<HasMetadata> policy =
        kubernetes.load(NoPods.class.getResourceAsStream("no-pods.yaml")).serverSideApply();
    for (int attempt = 0; replicas(kubernetes, probe, attempt) > 0; attempt++) {
      Thread.sleep(100);
    }
    return new NoPods(kubernetes, policy);
  }

  private static int replicas(KubernetesClient kubernetes, Deployment probe, int attempt) {
    Deployment touched =
        kubernetes
            .apps()
            .deployments()
            .inNamespace(probe.getMetadata().getNamespace())
            .withName(probe.getMetadata().getName())
            .patch(
                PatchContext.of(PatchType.JSON_MERGE),
                "{\"metadata\":{\"annotations\":{\"headrace.dev/probe\":\"%d\"}}}"
                    .formatted(attempt));
    return touched.getSpec().getReplicas();
  }

  @Override
  public void close() {
    var _ = kubernetes.resourceList(policy).delete();
  }
}
