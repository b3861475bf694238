package dev.headrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.client.ApiClient;
import dev.headrace.flux.Kustomization;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A deploy costs the same however many other apps there are. */
@ExtendWith(InstalledCluster.Installed.class)
@Timeout(value = 40, unit = TimeUnit.MINUTES)
class ThousandAppsOnCluster {
  private static final int WARM_UP = 10;
  private static final int CHANGES = 60;
  private static final int PATIENCE_S = 60;

  private final InstalledCluster cluster;
  private final KubernetesClient kubernetes;
  private int changes;

  ThousandAppsOnCluster(InstalledCluster cluster) {
    this.cluster = cluster;
    this.kubernetes = cluster.kubernetes();
  }

  @Test
  void fluxAppliesACommitAsSoonWithAThousandAppsAsWithTen() throws Exception {
    try (AppsWithoutPods many = new AppsWithoutPods(cluster)) {
      List<DeployedApp> apps = new ArrayList<>(many.make(10));
      double warm = medianMillis(apps, WARM_UP);
      double few = medianMillis(apps, CHANGES);
      apps.addAll(many.make(990));
      double thousand = medianMillis(apps, CHANGES);
      System.out.printf(
          "commit durable to applied, p50: {\"warm_up_ms\": %.1f, \"apps_10_ms\": %.1f,"
              + " \"apps_1000_ms\": %.1f, \"ratio\": %.2f}%n",
          warm, few, thousand, thousand / few);
      assertThat(thousand / few).isLessThanOrEqualTo(1.25);
    }
  }

  /** One after the other, each of another app where there are enough. */
  private double medianMillis(List<DeployedApp> apps, int number) throws InterruptedException {
    List<Long> nanos = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      nanos.add(applied(apps.get((int) ((long) i * apps.size() / number))));
    }
    nanos.sort(null);
    return nanos.get(number / 2) / 1e6;
  }

  private long applied(DeployedApp app) throws InterruptedException {
    String code = DeployedApp.saying("change " + ++changes);
    ApiClient.Version version = app.author().api().change(app.id(), Map.of("code", code));
    long durable = System.nanoTime();
    String revision = "main@sha1:" + version.commit();
    var _ =
        kubernetes
            .resources(Kustomization.class)
            .inNamespace(app.namespace())
            .withName(app.name())
            .waitUntilCondition(
                kustomization ->
                    kustomization != null
                        && kustomization.getStatus() != null
                        && Objects.equals(
                            kustomization.getStatus().lastAppliedRevision(), revision),
                PATIENCE_S,
                TimeUnit.SECONDS);
    return System.nanoTime() - durable;
  }
}
