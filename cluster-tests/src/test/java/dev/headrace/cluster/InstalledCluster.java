package dev.headrace.cluster;

import dev.headrace.client.ApiClient;
import dev.headrace.flux.Kustomization;
import dev.headrace.testbed.Checkout;
import dev.headrace.testbed.Overlay;
import dev.headrace.testbed.Testbed;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import tools.jackson.databind.JsonNode;

/**
 * A cluster that obeys network policies, on which the shipped overlay was applied, one for all
 * tests. With {@code -Dcluster.keep=true} the testbed is taken as it is if it is up, and left so.
 */
public final class InstalledCluster implements AutoCloseable {
  static final String SYSTEM = Testbed.SYSTEM;
  private static final String OPERATOR = "operator";
  private static final String PASSWORD = "correct horse";
  private static final Checkout CHECKOUT = new Checkout(Path.of(".."));
  private static final boolean KEEP = Boolean.getBoolean("cluster.keep");

  private final TestCluster bare;
  private final Overlay overlay;
  private final KubernetesClient kubernetes;
  private final HttpClient http;
  private final AtomicInteger people = new AtomicInteger();
  private final Queue<Person> present = new ConcurrentLinkedQueue<>();
  private final long run = System.currentTimeMillis();
  private final Person operator;

  private InstalledCluster(TestCluster bare, Overlay overlay) throws InterruptedException {
    this.bare = bare;
    this.overlay = overlay;
    this.kubernetes = Testbed.kubernetes(bare.kubeconfig());
    this.http = bare.visitor();
    this.operator = new Person(firstAccount(), this);
  }

  private ApiClient firstAccount() throws InterruptedException {
    ApiClient console = ApiClient.at(Testbed.CONSOLE, http);
    try {
      return console.logIn(OPERATOR, PASSWORD);
    } catch (UncheckedIOException unknown) {
      return console.signUp(OPERATOR, PASSWORD);
    }
  }

  private static InstalledCluster installed(TestCluster bare) throws InterruptedException {
    Overlay overlay = new Overlay(CHECKOUT, bare::kubectl, bare.patience());
    overlay.apply();
    if (KEEP) { // or a pod of an older image of the same name would stay
      overlay.restart();
    }
    return new InstalledCluster(bare, overlay);
  }

  /**
   * What the accounts' own tokens must not do, asked of the API server; fails if it can be done.
   */
  void attack() {
    CHECKOUT.call(List.of("cluster-foundation/attack", bare.kubeconfig().toString()));
  }

  /** How kubectl is called in the checkout, as the cluster's admin. */
  List<String> kubectlCommand(String... arguments) {
    return bare.kubectl(arguments);
  }

  /** In the checkout, not started yet. */
  ProcessBuilder program(List<String> command) {
    return CHECKOUT.program(command);
  }

  /** What it says goes to this process's output. */
  void kubectl(String... arguments) {
    CHECKOUT.call(kubectlCommand(arguments));
  }

  /** What the node's containerd is told; what it says goes to this process's output. */
  void containerd(String... arguments) {
    CHECKOUT.call(bare.containerd(arguments));
  }

  /** The node's address, as pods reach it. */
  String node() {
    return bare.node();
  }

  /** What a program may be told that tries to connect where a network policy does not let it. */
  Set<String> refusals() {
    return bare.refusals();
  }

  /** Another Headrace, on the same volume; returns when the console answers. */
  void restart() throws Exception {
    overlay.restart();
    awaitConsole();
  }

  void awaitConsole() throws Exception {
    Testbed.awaitConsole(http);
  }

  /** The platform's admin, by the first account. */
  Person operator() {
    return operator;
  }

  /**
   * A program in the node's network, as root, that sees the node's volumes and this machine's
   * temporary files. What it says goes to this process's output.
   */
  void enter(String... command) {
    CHECKOUT.call(bare.entering(command));
  }

  /** Not started yet. */
  ProcessBuilder entering(String... command) {
    return program(bare.entering(command));
  }

  /** What it prints, by lines. */
  List<String> entered(String... command) throws InterruptedException {
    try {
      Process process = entering(command).start();
      List<String> lines = process.inputReader().lines().toList();
      if (process.waitFor() != 0) {
        throw new IllegalStateException(
            "%s ended with exit code %d".formatted(List.of(command), process.exitValue()));
      }
      return lines;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As the cluster's admin. */
  public KubernetesClient kubernetes() {
    return kubernetes;
  }

  /** Of the pod that has this label. */
  String address(String namespace, String label, String value) {
    return kubernetes
        .pods()
        .inNamespace(namespace)
        .withLabel(label, value)
        .list()
        .getItems()
        .getFirst()
        .getStatus()
        .getPodIP();
  }

  /** Somebody new, logged in at the console. */
  Person somebody() throws InterruptedException {
    String name = "person%d-%d".formatted(run, people.incrementAndGet());
    Person person = new Person(ApiClient.at(Testbed.CONSOLE, http).signUp(name, PASSWORD), this);
    present.add(person);
    return person;
  }

  /** An app of somebody new that says that it is good. */
  DeployedApp live(String name) throws InterruptedException {
    DeployedApp app = somebody().deploy(name, DeployedApp.saying("good"));
    app.awaitLive(1);
    return app;
  }

  /** A node has room for so many apps only. */
  private void tidy() throws InterruptedException {
    for (Person person = present.poll(); person != null; person = present.poll()) {
      for (JsonNode app : person.api().get("/api/apps")) {
        var _ = person.api().delete("/api/apps/" + app.path("app_id").asString());
      }
    }
  }

  /** As `flux suspend kustomization` does. */
  void suspend(String namespace, String name, boolean suspended) {
    var _ =
        kubernetes
            .resources(Kustomization.class)
            .inNamespace(namespace)
            .withName(name)
            .patch(
                PatchContext.of(PatchType.JSON_MERGE),
                "{\"spec\":{\"suspend\":%s}}".formatted(suspended));
  }

  /** The folder of Headrace's volume, as the node sees it. */
  String volume() {
    String name =
        kubernetes
            .persistentVolumeClaims()
            .inNamespace(SYSTEM)
            .withName("headrace-data")
            .require()
            .getSpec()
            .getVolumeName();
    var spec = kubernetes.persistentVolumes().withName(name).require().getSpec();
    return spec.getHostPath() == null ? spec.getLocal().getPath() : spec.getHostPath().getPath();
  }

  /** What an address below the apps' domain answers, by Traefik. */
  HttpClient visitor() {
    return http;
  }

  @Override
  public void close() {
    kubernetes.close();
  }

  /**
   * Gives tests the cluster as a parameter, to those that are {@link OnTestbedOnly} the testbed
   * too, and removes their apps afterwards.
   */
  public static final class Installed implements ParameterResolver, AfterEachCallback {
    @Override
    public void afterEach(ExtensionContext test) throws InterruptedException {
      installed(test).tidy();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
      Class<?> type = parameter.getParameter().getType();
      return type == InstalledCluster.class || type == Testbed.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
      return parameter.getParameter().getType() == Testbed.class
          ? testbed(bare(test))
          : installed(test);
    }

    private static Testbed testbed(TestCluster bare) {
      return switch (bare) {
        case TestbedCluster on -> on.testbed();
        case K3sCluster _ ->
            throw new ParameterResolutionException(
                "There is no testbed on K3s: who needs one says so by @OnTestbedOnly.");
      };
    }

    private static InstalledCluster installed(ExtensionContext test) {
      TestCluster bare = bare(test);
      return store(test)
          .computeIfAbsent(InstalledCluster.class, key -> fresh(bare), InstalledCluster.class);
    }

    /** Before what is installed on it, so that it is closed after that. */
    private static TestCluster bare(ExtensionContext test) {
      return store(test)
          .computeIfAbsent(
              TestCluster.class,
              key -> ClusterChoice.made().started(CHECKOUT, KEEP),
              TestCluster.class);
    }

    private static ExtensionContext.Store store(ExtensionContext test) {
      return test.getRoot().getStore(ExtensionContext.Namespace.create(InstalledCluster.class));
    }

    private static InstalledCluster fresh(TestCluster bare) {
      try {
        return InstalledCluster.installed(bare);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }
}
