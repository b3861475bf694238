package dev.headrace.cluster;

import dev.headrace.testbed.Checkout;
import dev.headrace.testbed.Testbed;
import io.fabric8.kubernetes.api.model.Config;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;

/** K3s in a container of Docker, and beside it one with the programs that its image lacks. */
final class K3sCluster implements TestCluster {
  /** Follows the Kubernetes that the testbed is built from (programs/kube/go.mod). */
  static final String IMAGE = "rancher/k3s:v1.36.3-k3s1";

  private static final int TRAEFIK_PORT = 80;
  private static final Duration NODE_READY = Duration.ofMinutes(3);
  private static final Path TEMPORARY = Path.of(System.getProperty("java.io.tmpdir"));

  private final Checkout checkout;
  private final DockerCommands docker;
  private final K3sContainer k3s;
  private final GenericContainer<?> tools;
  private final Path kubeconfig;

  private K3sCluster(Checkout checkout, DockerCommands docker, K3sContainer k3s, Path kubeconfig) {
    this.checkout = checkout;
    this.docker = docker;
    this.k3s = k3s;
    this.tools = tools(k3s);
    this.kubeconfig = kubeconfig;
  }

  static K3sCluster started(Checkout checkout) {
    DockerCommands docker = new DockerCommands(DockerEngine.found());
    checkout.call(List.of("./headrace", "--version")); // builds what is stale
    docker.builds().forEach(checkout::call);
    K3sContainer k3s = k3s(checkout.home());
    k3s.start();
    K3sCluster cluster = new K3sCluster(checkout, docker, k3s, kubeconfig(k3s));
    try {
      cluster.prepare();
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
    return cluster;
  }

  private static K3sContainer k3s(Path home) {
    K3sContainer k3s = new K3sContainer(DockerImageName.parse(IMAGE));
    k3s.addExposedPort(TRAEFIK_PORT);
    return k3s.withCommand(server(k3s.getHost()))
        .withFileSystemBind(home.toString(), home.toString(), BindMode.READ_ONLY);
  }

  /**
   * The overlay brings a Traefik of its own, and nothing asks for metrics, whose API would hold up
   * the end of namespaces as long as it is not there.
   *
   * @param host where tests reach the API server
   */
  static String[] server(String host) {
    return new String[] {
      "server", "--disable=traefik", "--disable=metrics-server", "--tls-san=" + host
    };
  }

  /**
   * Addresses of the node's network, and its volumes, are K3s's; temporary files this machine's.
   */
  private static GenericContainer<?> tools(K3sContainer k3s) {
    return new GenericContainer<>(DockerImageName.parse(DockerCommands.TOOLS))
        .withNetworkMode("container:" + k3s.getContainerId())
        .withVolumesFrom(k3s, BindMode.READ_WRITE)
        .withFileSystemBind(TEMPORARY.toString(), TEMPORARY.toString(), BindMode.READ_WRITE)
        .withPrivilegedMode(true);
  }

  private static Path kubeconfig(K3sContainer k3s) {
    try {
      return Files.writeString(
          Files.createTempFile("k3s", ".kubeconfig"), json(k3s.getKubeConfigYaml()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** K3s writes YAML, which the attacks' Python does not read. */
  static String json(String kubeconfig) {
    return Serialization.asJson(Serialization.unmarshal(kubeconfig, Config.class));
  }

  private void prepare() {
    tools.start();
    awaitNode();
    try {
      Path archive = Files.createTempFile("headrace-images", ".tar");
      try {
        docker.imports(k3s.getContainerId(), archive).forEach(checkout::call);
      } finally {
        Files.delete(archive);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitNode() {
    try (KubernetesClient kubernetes = Testbed.kubernetes(kubeconfig)) {
      Eventually.holds(
          "the node of K3s is ready",
          NODE_READY,
          () -> kubernetes.nodes().list().getItems().stream().anyMatch(Readiness::isNodeReady));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public List<String> kubectl(String... arguments) {
    return docker.kubectl(k3s.getContainerId(), checkout.home(), arguments);
  }

  @Override
  public List<String> entering(String... command) {
    return docker.entering(tools.getContainerId(), command);
  }

  @Override
  public List<String> containerd(String... arguments) {
    return docker.containerd(k3s.getContainerId(), arguments);
  }

  @Override
  public Path kubeconfig() {
    return kubeconfig;
  }

  @Override
  public String node() {
    try (KubernetesClient kubernetes = Testbed.kubernetes(kubeconfig)) {
      return address(kubernetes.nodes().list().getItems().getFirst());
    }
  }

  static String address(Node node) {
    return node.getStatus().getAddresses().stream()
        .filter(address -> address.getType().equals("InternalIP"))
        .map(NodeAddress::getAddress)
        .findFirst()
        .orElseThrow();
  }

  @Override
  public HttpClient visitor() {
    return Testbed.visitor(k3s.getHost(), k3s.getMappedPort(TRAEFIK_PORT));
  }

  /** Its policies are kube-router's, which answers at once. */
  @Override
  public Set<String> refusals() {
    return Set.of("[Errno 111] Connection refused", "timed out");
  }

  /** Flux's and Traefik's images come from their registries. */
  @Override
  public Duration patience() {
    return Duration.ofMinutes(10);
  }

  @Override
  public void close() {
    tools.stop();
    k3s.stop();
    try {
      Files.deleteIfExists(kubeconfig);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
