package dev.headrace.testbed;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What {@code ./headrace testbed} does, and the platform installed there as an operator does it.
 */
public final class Testbed {
  /** The names that the shipped overlay has for the platform's own parts. */
  public static final String SYSTEM = "headrace-system";

  public static final String CONSOLE = "http://console.example.test";

  /** The node, as pods and this machine reach it. */
  public static final String NODE = "10.88.77.2";

  private static final int APPS_PORT = 80;
  private static final String OVERLAY = "cluster-foundation/overlays/single-node";
  private static final List<String> DEPLOYMENTS =
      List.of(
          SYSTEM + "/headrace",
          "flux-system/kustomize-controller",
          "flux-system/source-controller",
          "traefik/traefik");

  private final Path home;

  /**
   * @param home the checkout
   */
  public Testbed(Path home) {
    this.home = home.toAbsolutePath().normalize();
  }

  /**
   * Returns when the shipped overlay is applied and everything in it has started.
   *
   * @param options of the testbed, if it is not up already
   */
  public void install(String... options) {
    run(Stream.concat(Stream.of("up"), Arrays.stream(options)).toArray(String[]::new));
    run("load");
    call("cluster-foundation/fetch-upstream");
    run("kubectl", "apply", "--server-side", "-k", OVERLAY);
    DEPLOYMENTS.forEach(this::awaitRollout);
  }

  /** Returns when a new pod of Headrace serves. */
  public void restart() {
    run("kubectl", "-n", SYSTEM, "rollout", "restart", "deployment/headrace");
    awaitRollout(SYSTEM + "/headrace");
  }

  private void awaitRollout(String deployment) {
    String[] name = deployment.split("/", 2);
    run("kubectl", "-n", name[0], "rollout", "status", "deployment/" + name[1], "--timeout=180s");
  }

  /** What it says goes to this process's output. */
  public void run(String... arguments) {
    call(command(arguments).toArray(String[]::new));
  }

  /** A program of the checkout. */
  public void call(String... command) {
    try {
      Process process =
          new ProcessBuilder(command).directory(home.toFile()).redirectErrorStream(true).start();
      process.inputReader().lines().forEach(System.out::println);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(
            "%s ended with exit code %d".formatted(List.of(command), process.exitValue()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** A file of the checkout. */
  public Path file(String path) {
    return home.resolve(path);
  }

  /** Not started yet: a program with the testbed's processes, network and mounts. */
  public ProcessBuilder entering(String... command) {
    return new ProcessBuilder(
            command(
                Stream.concat(Stream.of("enter"), Arrays.stream(command)).toArray(String[]::new)))
        .directory(home.toFile())
        .redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  private static List<String> command(String... arguments) {
    return Stream.concat(Stream.of("./headrace", "testbed"), Arrays.stream(arguments)).toList();
  }

  public Path kubeconfig() {
    return data().resolve("kubeconfig");
  }

  /** Its logs, certificates and state. */
  public Path data() {
    String cache = System.getenv("HEADRACE_CACHE");
    Path folder =
        cache == null
            ? Path.of(System.getProperty("user.home"), ".cache/headrace")
            : Path.of(cache);
    return folder.resolve("testbed/data");
  }

  /** As the cluster's admin. */
  public KubernetesClient kubernetes() {
    return new KubernetesClientBuilder()
        .withConfig(Config.fromKubeconfig(kubeconfig().toFile()))
        .build();
  }

  /** Reaches the console and every app by Traefik, whatever their names resolve to. */
  public static HttpClient visitor() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .proxy(ProxySelector.of(InetSocketAddress.createUnresolved(NODE, APPS_PORT)))
        .build();
  }
}
