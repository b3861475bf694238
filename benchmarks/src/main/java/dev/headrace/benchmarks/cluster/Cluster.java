package dev.headrace.benchmarks.cluster;

import dev.headrace.client.ApiClient;
import dev.headrace.testbed.Testbed;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.http.HttpClient;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The installed platform, by all the ways in which it is looked at. */
final class Cluster implements AutoCloseable {
  private static final String PASSWORD = "correct horse";

  private final Testbed testbed;
  private final KubernetesClient kubernetes;
  private final Sightings sightings;
  private final HttpClient visitor = Testbed.visitor();
  private final long run = System.currentTimeMillis();
  private final AtomicInteger people = new AtomicInteger();

  /**
   * @param testbed with everything installed
   */
  Cluster(Testbed testbed) {
    this.testbed = testbed;
    this.kubernetes = testbed.kubernetes();
    this.sightings = new Sightings(kubernetes);
  }

  Testbed testbed() {
    return testbed;
  }

  /** As the admin. */
  KubernetesClient kubernetes() {
    return kubernetes;
  }

  Sightings sightings() {
    return sightings;
  }

  /** Of apps and console. */
  HttpClient visitor() {
    return visitor;
  }

  /** Somebody new, logged in at the console. */
  Author somebody() throws InterruptedException {
    String name = "bench%d-%d".formatted(run, people.incrementAndGet());
    ApiClient api = ApiClient.at(Testbed.CONSOLE, visitor).signUp(name, PASSWORD);
    return new Author(api, "headrace-" + api.get("/api/auth/me").path("id").asString());
  }

  /** Whose apps share a namespace. */
  record Author(ApiClient api, String namespace) {
    DeployedApp create(String name) throws InterruptedException {
      ApiClient.Version made = api.create(Map.of("name", name, "code", DeployedApp.saying("new")));
      return new DeployedApp(this, made);
    }
  }

  Deployment deployment(DeployedApp app) {
    return kubernetes
        .apps()
        .deployments()
        .inNamespace(app.namespace())
        .withName(app.name())
        .require();
  }

  @Override
  public void close() {
    sightings.close();
    kubernetes.close();
    visitor.close();
  }
}
