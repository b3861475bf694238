package dev.headrace.cluster;

import dev.headrace.testbed.NoPods;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** More apps than a node has room for: until this is closed no app gets a pod. */
final class AppsWithoutPods implements AutoCloseable {
  private static final int PER_PERSON = 20;
  private static final int AT_ONCE = 40;
  private static final Duration APPLIED = Duration.ofMinutes(10);

  private final InstalledCluster cluster;
  private final NoPods none;

  AppsWithoutPods(InstalledCluster cluster) throws InterruptedException {
    this.cluster = cluster;
    DeployedApp probe = cluster.live("probe");
    this.none =
        NoPods.of(
            cluster.kubernetes(),
            cluster
                .kubernetes()
                .apps()
                .deployments()
                .inNamespace(probe.namespace())
                .withName(probe.name())
                .require());
  }

  /**
   * Returns when each has its Deployment.
   *
   * @param number of which twenty each have the same author
   */
  List<DeployedApp> make(int number) throws Exception {
    List<Callable<DeployedApp>> made = new ArrayList<>();
    Person person = cluster.somebody();
    for (int i = 0; i < number; i++) {
      if (i > 0 && i % PER_PERSON == 0) {
        person = cluster.somebody();
      }
      Person author = person;
      String name = "app " + i % PER_PERSON;
      made.add(() -> author.deploy(name, DeployedApp.saying("new")));
    }
    List<DeployedApp> apps = atOnce(made);
    KubernetesClient kubernetes = cluster.kubernetes();
    for (DeployedApp app : apps) {
      Eventually.holds(
          app.id() + " has a Deployment",
          APPLIED,
          () ->
              kubernetes
                      .apps()
                      .deployments()
                      .inNamespace(app.namespace())
                      .withName(app.name())
                      .get()
                  != null);
    }
    return apps;
  }

  /** In the order of what is to be done. */
  static <T> List<T> atOnce(List<Callable<T>> all) throws Exception {
    List<T> done = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      for (Future<T> result : threads.invokeAll(all)) {
        done.add(result.get());
      }
    }
    return done;
  }

  @Override
  public void close() {
    none.close();
  }
}
