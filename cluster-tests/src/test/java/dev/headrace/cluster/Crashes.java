package dev.headrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;

/** Programs of the platform that die in the middle of their work. */
final class Crashes {
  private static final String RUNTIME = "containerd://";

  /** Kubelet waits longer before each start in a row. */
  private static final Duration STARTED_AGAIN = Duration.ofMinutes(3);

  private final InstalledCluster cluster;
  private final KubernetesClient kubernetes;

  Crashes(InstalledCluster cluster) {
    this.cluster = cluster;
    this.kubernetes = cluster.kubernetes();
  }

  /**
   * SIGKILL to the pods that have this label. Returns when kubelet has started them again and they
   * are ready.
   */
  void happen(String namespace, String label, String value) throws Exception {
    int before = restarts(namespace, label, value);
    List<Pod> pods = pods(namespace, label, value);
    assertThat(pods).isNotEmpty();
    for (Pod pod : pods) {
      String id = pod.getStatus().getContainerStatuses().getFirst().getContainerID();
      cluster.containerd("tasks", "kill", "--signal", "SIGKILL", id.substring(RUNTIME.length()));
    }
    Eventually.holds(
        value + " was started again and is ready",
        STARTED_AGAIN,
        () ->
            restarts(namespace, label, value) > before
                && pods(namespace, label, value).stream()
                    .flatMap(pod -> pod.getStatus().getContainerStatuses().stream())
                    .allMatch(ContainerStatus::getReady));
  }

  private int restarts(String namespace, String label, String value) {
    return pods(namespace, label, value).stream()
        .flatMap(pod -> pod.getStatus().getContainerStatuses().stream())
        .mapToInt(ContainerStatus::getRestartCount)
        .sum();
  }

  private List<Pod> pods(String namespace, String label, String value) {
    return kubernetes.pods().inNamespace(namespace).withLabel(label, value).list().getItems();
  }
}
