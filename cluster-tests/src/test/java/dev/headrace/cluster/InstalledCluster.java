package dev.headrace.cluster;

import dev.headrace.client.ApiClient;
import dev.headrace.flux.Kustomization;
import dev.headrace.testbed.Testbed;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import tools.jackson.databind.JsonNode;

/**
 * A testbed that enforces network policies, on which the shipped overlay was applied, one for all
 * tests. With {@code -Dcluster.keep=true} it is taken as it is if it is up, and left so.
 */
public final class InstalledCluster implements AutoCloseable {
  static final String SYSTEM = Testbed.SYSTEM;
  private static final String OPERATOR = "operator";
  private static final String PASSWORD = "correct horse";
  private static final Testbed TESTBED = new Testbed(Path.of(".."));
  private static final boolean KEEP = Boolean.getBoolean("cluster.keep");

  private final KubernetesClient kubernetes;
  private final HttpClient http = Testbed.visitor();
  private final AtomicInteger people = new AtomicInteger();
  private final Queue<Person> present = new ConcurrentLinkedQueue<>();
  private final long run = System.currentTimeMillis();
  private final Person operator;

  private InstalledCluster(KubernetesClient kubernetes) throws InterruptedException {
    this.kubernetes = kubernetes;
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

  private static InstalledCluster install() throws InterruptedException {
    TESTBED.install("--with-policies");
    if (KEEP) { // or a pod of an older image of the same name would stay
      TESTBED.restart();
    }
    return new InstalledCluster(TESTBED.kubernetes());
  }

  /**
   * What the accounts' own tokens must not do, asked of the API server; fails if it can be done.
   */
  static void attack() {
    TESTBED.call("cluster-foundation/attack", TESTBED.kubeconfig().toString());
  }

  /** What {@code ./headrace testbed} does; what it says goes to this process's output. */
  static void testbed(String... arguments) {
    TESTBED.run(arguments);
  }

  /** Another Headrace, on the same volume; returns when the console answers. */
  void restart() throws Exception {
    TESTBED.restart();
    awaitConsole();
  }

  /** Headrace's Service follows a little later than its pod. */
  void awaitConsole() throws Exception {
    HttpRequest health = HttpRequest.newBuilder(URI.create(Testbed.CONSOLE + "/health")).build();
    Eventually.holds(
        "the console answers",
        Duration.ofMinutes(1),
        () -> http.send(health, HttpResponse.BodyHandlers.discarding()).statusCode() == 200);
  }

  /** The platform's admin, by the first account. */
  Person operator() {
    return operator;
  }

  /** Not started yet: a program with the testbed's processes, network and mounts. */
  static ProcessBuilder entering(String... command) {
    return TESTBED.entering(command);
  }

  /** What a program prints, by lines, that has the testbed's processes, network and mounts. */
  static List<String> entered(String... command) throws InterruptedException {
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
    if (!KEEP) {
      testbed("down");
    }
  }

  /** Gives tests the cluster as a parameter, and removes their apps afterwards. */
  public static final class Installed implements ParameterResolver, AfterEachCallback {
    @Override
    public void afterEach(ExtensionContext test) throws InterruptedException {
      installed(test).tidy();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
      return parameter.getParameter().getType() == InstalledCluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
      return installed(test);
    }

    private static InstalledCluster installed(ExtensionContext test) {
      return test.getRoot()
          .getStore(ExtensionContext.Namespace.create(InstalledCluster.class))
          .computeIfAbsent(InstalledCluster.class, key -> fresh(), InstalledCluster.class);
    }

    private static InstalledCluster fresh() {
      try {
        return install();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }
}
