package dev.headrace.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.util.concurrent.TimeUnit;

/** A pod of nobody of ours, in a namespace that has no policies. */
final class Passenger implements AutoCloseable {
  private static final String NAME = "passenger";
  private static final String PYTHON = "/runner/.venv/bin/python";

  private final PodResource pod;

  /** Returns when it runs. */
  Passenger(KubernetesClient kubernetes) {
    Pod wanted =
        new PodBuilder()
            .withNewMetadata()
            .withNamespace("default")
            .withName(NAME)
            .endMetadata()
            .withNewSpec()
            .withAutomountServiceAccountToken(false)
            .addNewContainer()
            .withName(NAME)
            .withImage("headrace-runner:0.1.0")
            .withImagePullPolicy("IfNotPresent")
            .withCommand(PYTHON, "-c", "import time; time.sleep(3600)")
            .endContainer()
            .endSpec()
            .build();
    pod = kubernetes.pods().resource(wanted);
    var _ = pod.create();
    var _ = pod.waitUntilReady(60, TimeUnit.SECONDS);
  }

  boolean connects(String host, int port) throws Exception {
    String program =
        "import socket; socket.create_connection((\"%s\", %d), timeout=2)".formatted(host, port);
    try (ExecWatch run = pod.redirectingOutput().exec(PYTHON, "-c", program)) {
      return run.exitCode().get(30, TimeUnit.SECONDS) == 0;
    }
  }

  @Override
  public void close() {
    var _ = pod.withGracePeriod(0).delete();
  }
}
