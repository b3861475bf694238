package dev.headrace.benchmarks.cluster;

import dev.headrace.client.ApiClient;
import dev.headrace.git.DeployId;
import dev.headrace.testbed.Testbed;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The installed platform, by all the ways in which it is looked at. */
final class Cluster implements AutoCloseable {
  private static final String PASSWORD = "correct horse";
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Testbed testbed;
  private final KubernetesClient kubernetes;
  private final Sightings sightings;
  private final HttpClient visitor = Testbed.visitor();
  private final long run = System.currentTimeMillis();
  private final AtomicInteger people = new AtomicInteger();
  private final AtomicInteger unanswered = new AtomicInteger();

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
    return new Author(api, "headrace-" + api.get("/api/auth/me").path("id").asString(), unanswered);
  }

  /** How many requests for a new app were sent again since the first got no answer. */
  int unanswered() {
    return unanswered.get();
  }

  /** Whose apps share a namespace. */
  record Author(ApiClient api, String namespace, AtomicInteger unanswered) {
    /** Sent again where no answer came, as clients do. */
    DeployedApp create(String name) throws InterruptedException {
      Map<String, String> app = Map.of("name", name, "code", DeployedApp.saying("new"));
      String key = DeployId.next(Clock.systemUTC(), RANDOM).value();
      try {
        return new DeployedApp(this, api.create(app, key));
      } catch (UncheckedIOException e) {
        if (e.getCause() instanceof ApiClient.Refusal) {
          throw e;
        }
        unanswered.incrementAndGet();
        return new DeployedApp(this, api.create(app, key));
      }
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
