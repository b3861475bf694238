package dev.headrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What of it can be held without a Docker engine. */
@Tag("no-cluster")
class K3sClusterTest {
  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

  private final DockerCommands docker = new DockerCommands("unix:///run/engine.sock");

  @Test
  void followsTheTestbedsKubernetes() throws Exception {
    String version = K3sCluster.IMAGE.replaceAll("rancher/k3s:(v[\\d.]+)-k3s\\d+", "$1");

    assertThat(Files.readString(HOME.resolve("cluster-foundation/testbed/programs/kube/go.mod")))
        .contains("k8s.io/kubernetes " + version + "\n");
  }

  @Test
  void leavesTraefikToTheOverlayAndIsReachedByItsHost() {
    assertThat(K3sCluster.server("engine.example"))
        .contains("server", "--disable=traefik", "--tls-san=engine.example");
  }

  @Test
  void imagesAreThoseOfTheOverlay() throws Exception {
    Path overlay = HOME.resolve("cluster-foundation/overlays/single-node");
    List<String> built =
        docker.builds().stream().map(command -> command.get(command.indexOf("-t") + 1)).toList();

    assertThat(built).containsSubsequence("headrace-runner:0.1.0", "headrace:0.1.0");
    assertThat(Files.readString(overlay.resolve("settings.env")))
        .contains("runnerImage=headrace-runner:0.1.0\n");
    assertThat(Files.readString(overlay.resolve("kustomization.yaml")))
        .contains("{name: headrace, newTag: 0.1.0}");
  }

  @Test
  void imagesAreBuiltFromFilesThatAreThere() {
    for (List<String> command : docker.builds()) {
      assertThat(HOME.resolve(command.get(command.indexOf("-f") + 1))).isRegularFile();
      assertThat(HOME.resolve(command.getLast())).isDirectory();
    }
  }

  @Test
  void imagesReachContainerdByAnArchive() {
    assertThat(docker.imports("node", Path.of("/tmp/images.tar")))
        .extracting(command -> String.join(" ", command))
        .containsExactly(
            "docker --host unix:///run/engine.sock save --output /tmp/images.tar"
                + " headrace-runner:0.1.0 headrace:0.1.0",
            "docker --host unix:///run/engine.sock cp /tmp/images.tar node:/headrace-images.tar",
            "docker --host unix:///run/engine.sock exec node ctr -n k8s.io images import"
                + " /headrace-images.tar");
  }

  @Test
  void commandsKeepTheirArguments() {
    assertThat(docker.kubectl("node", Path.of("/checkout"), "apply", "-k", "a b"))
        .endsWith("exec", "--workdir", "/checkout", "node", "kubectl", "apply", "-k", "a b");
    assertThat(docker.entering("tools", "git", "log", ""))
        .endsWith("exec", "--interactive", "tools", "git", "log", "");
  }

  /** The attacks' Python reads no YAML; these are the fields that it asks for. */
  @Test
  void theKubeconfigIsJson() {
    JsonNode json =
        new JsonMapper()
            .readTree(
                K3sCluster.json(
                    """
                    apiVersion: v1
                    kind: Config
                    current-context: default
                    clusters:
                    - name: default
                      cluster:
                        certificate-authority-data: YXV0aG9yaXR5
                        server: https://localhost:32768
                    contexts:
                    - name: default
                      context: {cluster: default, user: default}
                    users:
                    - name: default
                      user:
                        client-certificate-data: Y2VydGlmaWNhdGU=
                        client-key-data: a2V5
                    """));

    assertThat(json.at("/clusters/0/cluster/server").asString())
        .isEqualTo("https://localhost:32768");
    assertThat(json.at("/clusters/0/cluster/certificate-authority-data").asString())
        .isEqualTo("YXV0aG9yaXR5");
    assertThat(json.at("/users/0/user/client-certificate-data").asString())
        .isEqualTo("Y2VydGlmaWNhdGU=");
    assertThat(json.at("/users/0/user/client-key-data").asString()).isEqualTo("a2V5");
    assertThat(json.at("/contexts/0/context/user").asString()).isEqualTo("default");
    assertThat(json.path("current-context").asString()).isEqualTo("default");
  }

  @Test
  void theNodesAddressIsTheOneThatPodsReach() {
    assertThat(
            K3sCluster.address(
                new NodeBuilder()
                    .withNewStatus()
                    .addNewAddress("node", "Hostname")
                    .addNewAddress("172.17.0.3", "InternalIP")
                    .endStatus()
                    .build()))
        .isEqualTo("172.17.0.3");
  }
}
