package dev.headrace.cluster;

import dev.headrace.client.ApiClient;
import dev.headrace.flux.Kustomization;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import tools.jackson.databind.JsonNode;

/**
 * A testbed on which the shipped overlay was applied, one for all tests. With {@code
 * -Dcluster.keep=true} it is taken as it is if it is up, and left so.
 */
public final class InstalledCluster implements AutoCloseable {
  static final String SYSTEM = "headrace-system";
  private static final String CONSOLE = "http://console.example.test";
  private static final String PASSWORD = "correct horse";

  /** Where the testbed says that apps and console are reached. */
  private static final InetSocketAddress NODE =
      InetSocketAddress.createUnresolved("10.88.77.2", 80);

  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
  private static final boolean KEEP = Boolean.getBoolean("cluster.keep");

  private final KubernetesClient kubernetes;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .proxy(ProxySelector.of(NODE))
          .build();
  private final AtomicInteger people = new AtomicInteger();
  private final Queue<Person> present = new ConcurrentLinkedQueue<>();
  private final long run = System.currentTimeMillis();

  private InstalledCluster(KubernetesClient kubernetes) {
    this.kubernetes = kubernetes;
  }

  private static InstalledCluster install() {
    testbed("up");
    testbed("load");
    run(List.of("cluster-foundation/fetch-upstream"));
    testbed("kubectl", "apply", "--server-side", "-k", "cluster-foundation/overlays/single-node");
    if (KEEP) { // or a pod of an older image of the same name would stay
      testbed("kubectl", "-n", SYSTEM, "rollout", "restart", "deployment/headrace");
    }
    for (String deployment :
        List.of(
            SYSTEM + "/headrace",
            "flux-system/kustomize-controller",
            "flux-system/source-controller",
            "traefik/traefik")) {
      String[] name = deployment.split("/", 2);
      testbed(
          "kubectl", "-n", name[0], "rollout", "status", "deployment/" + name[1], "--timeout=180s");
    }
    return new InstalledCluster(
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(kubeconfig().toFile()))
            .build());
  }

  private static Path kubeconfig() {
    String cache = System.getenv("HEADRACE_CACHE");
    Path folder =
        cache == null
            ? Path.of(System.getProperty("user.home"), ".cache/headrace")
            : Path.of(cache);
    return folder.resolve("testbed/data/kubeconfig");
  }

  /**
   * What the accounts' own tokens must not do, asked of the API server; fails if it can be done.
   */
  static void attack() {
    run(List.of("cluster-foundation/attack", kubeconfig().toString()));
  }

  /** What {@code ./headrace testbed} does; what it says goes to this process's output. */
  static void testbed(String... arguments) {
    run(Stream.concat(Stream.of("./headrace", "testbed"), Arrays.stream(arguments)).toList());
  }

  private static void run(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command).directory(HOME.toFile()).redirectErrorStream(true).start();
      process.inputReader().lines().forEach(System.out::println);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(
            "%s ended with exit code %d".formatted(command, process.exitValue()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** As the cluster's admin. */
  public KubernetesClient kubernetes() {
    return kubernetes;
  }

  /** Somebody new, logged in at the console. */
  Person somebody() throws InterruptedException {
    String name = "person%d-%d".formatted(run, people.incrementAndGet());
    Person person = new Person(ApiClient.at(CONSOLE, http).signUp(name, PASSWORD), this);
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
          .computeIfAbsent(InstalledCluster.class, key -> install(), InstalledCluster.class);
    }
  }
}
