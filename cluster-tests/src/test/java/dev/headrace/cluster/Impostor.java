package dev.headrace.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

/** A pod that answers every request for an archive with one of its own. */
final class Impostor {
  static final String NAME = "impostor";

  private static final String PROGRAM =
      """
      import http.server, io, tarfile

      class Answers(http.server.BaseHTTPRequestHandler):
          def do_GET(self):
              packed = io.BytesIO()
              with tarfile.open(fileobj=packed, mode="w:gz") as archive:
                  archive.addfile(tarfile.TarInfo("kustomization.yaml"), io.BytesIO())
              self.send_response(200)
              self.end_headers()
              self.wfile.write(packed.getvalue())

      http.server.ThreadingHTTPServer(("", 8002), Answers).serve_forever()
      """;

  private Impostor() {}

  static Pod pod() {
    return new PodBuilder()
        .withNewMetadata()
        .withName(NAME)
        .addToLabels("app.kubernetes.io/name", NAME)
        .endMetadata()
        .withNewSpec()
        .withAutomountServiceAccountToken(false)
        .withNewSecurityContext()
        .withRunAsNonRoot(true)
        .withRunAsUser(10_001L)
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .endSecurityContext()
        .addNewContainer()
        .withName(NAME)
        .withImage("headrace-runner:0.1.0")
        .withImagePullPolicy("IfNotPresent")
        .withCommand("/runner/.venv/bin/python", "-c", PROGRAM)
        .addNewPort()
        .withName("artifacts")
        .withContainerPort(8002)
        .endPort()
        .withNewReadinessProbe()
        .withPeriodSeconds(1)
        .withNewTcpSocket()
        .withNewPort(8002)
        .endTcpSocket()
        .endReadinessProbe()
        .withNewSecurityContext()
        .withAllowPrivilegeEscalation(false)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .endSecurityContext()
        .endContainer()
        .endSpec()
        .build();
  }
}
