package dev.headrace.testbed;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
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

  /** How long a Deployment may take there, whose images the node has already. */
  public static final Duration PATIENCE = Duration.ofMinutes(3);

  private static final int APPS_PORT = 80;

  private static final Duration CONSOLE_FOLLOWS = Duration.ofMinutes(1);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

  private final Checkout checkout;

  public Testbed(Checkout checkout) {
    this.checkout = checkout;
  }

  /**
   * Returns when the shipped overlay is applied and everything in it has started.
   *
   * @param options of the testbed, if it is not up already
   */
  public void install(String... options) {
    up(options);
    new Overlay(checkout, Testbed::kubectl, PATIENCE).apply();
  }

  /** Headrace's Service, and Traefik, follow a little later than its pod. */
  public static void awaitConsole(HttpClient visitor) throws IOException, InterruptedException {
    HttpRequest health =
        HttpRequest.newBuilder(URI.create(CONSOLE + "/health")).timeout(CONSOLE_FOLLOWS).build();
    long begun = System.nanoTime();
    while (visitor.send(health, HttpResponse.BodyHandlers.discarding()).statusCode() != 200) {
      if (System.nanoTime() - begun > CONSOLE_FOLLOWS.toNanos()) {
        throw new IOException(health.uri() + " did not answer within " + CONSOLE_FOLLOWS);
      }
      LockSupport.parkNanos(LOOK_AGAIN.toNanos());
    }
  }

  /**
   * Returns when its node is ready and has the project's images as they are built now.
   *
   * @param options if it is not up already
   */
  public void up(String... options) {
    run(with("up", options));
    run("load");
  }

  /** What it says goes to this process's output. */
  public void run(String... arguments) {
    checkout.call(command(arguments));
  }

  /** A file of the checkout. */
  public Path file(String path) {
    return checkout.file(path);
  }

  /** Not started yet: a program with the testbed's processes, network and mounts. */
  public ProcessBuilder entering(String... command) {
    return checkout.program(enter(command));
  }

  /** How a program gets the testbed's processes, network and mounts, called in the checkout. */
  public static List<String> enter(String... command) {
    return command(with("enter", command));
  }

  /** How kubectl is called in the checkout, as the cluster's admin. */
  public static List<String> kubectl(String... arguments) {
    return command(with("kubectl", arguments));
  }

  private static List<String> command(String... arguments) {
    return Stream.concat(Stream.of("./headrace", "testbed"), Arrays.stream(arguments)).toList();
  }

  private static String[] with(String first, String... rest) {
    return Stream.concat(Stream.of(first), Arrays.stream(rest)).toArray(String[]::new);
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
    return kubernetes(kubeconfig());
  }

  /** As the user of a kubeconfig, of whatever cluster. */
  public static KubernetesClient kubernetes(Path kubeconfig) {
    return new KubernetesClientBuilder()
        .withConfig(Config.fromKubeconfig(kubeconfig.toFile()))
        .build();
  }

  /** Reaches the console and every app by Traefik, whatever their names resolve to. */
  public static HttpClient visitor() {
    return visitor(NODE, APPS_PORT);
  }

  /** The same where Traefik answers at another address. */
  public static HttpClient visitor(String host, int port) {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .proxy(ProxySelector.of(InetSocketAddress.createUnresolved(host, port)))
        .build();
  }
}
