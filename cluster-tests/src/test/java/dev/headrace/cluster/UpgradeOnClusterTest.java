package dev.headrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMapKeySelector;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** A Headrace that is told of another runner image, and the apps that it has already. */
@ExtendWith(InstalledCluster.Installed.class)
class UpgradeOnClusterTest {
  private static final String UPGRADE = "/api/v1/admin/upgrade";
  private static final String SETTING = "HEADRACE_CLUSTER_RUNNERIMAGE";
  private static final String NEXT = "headrace-runner:next";
  private static final String NOWHERE = "headrace-runner:nowhere";
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(90);

  private final InstalledCluster cluster;
  private final KubernetesClient kubernetes;

  UpgradeOnClusterTest(InstalledCluster cluster) {
    this.cluster = cluster;
    this.kubernetes = cluster.kubernetes();
  }

  @Test
  @Timeout(value = 6, unit = TimeUnit.MINUTES)
  void anImageReachesEachAppByACommitAndABrokenOneOnlyTheFirst() throws Exception {
    String shipped = setting();
    List<DeployedApp> apps = List.of(cluster.live("one"), cluster.live("two"));
    String node = "docker.io/library/";
    cluster.containerd("images", "tag", "--force", node + shipped, node + NEXT);
    try {
      restartWith(NEXT);
      JsonNode done = upgraded("CVE-2026-1");

      assertThat(done.path("state").asString()).as(done.toString()).isEqualTo("done");
      assertThat(done.path("done").asInt()).isEqualTo(apps.size());
      for (DeployedApp app : apps) {
        JsonNode deploy = app.deploy(2);
        assertThat(deploy.path("action").asString()).isEqualTo("upgrade");
        assertThat(deploy.path("reason").asString()).isEqualTo("CVE-2026-1");
        assertThat(deploy.path("outcome").asString()).isEqualTo("live");
        assertThat(image(app)).isEqualTo(NEXT);
        assertThat(app.answers()).isEqualTo("{\"says\":\"good\"}");
      }

      restartWith(NOWHERE);
      JsonNode stopped = upgraded("a mistake");

      assertThat(stopped.path("state").asString()).as(stopped.toString()).isEqualTo("stopped");
      assertThat(stopped.path("failed")).hasSize(1);
      assertThat(stopped.at("/failed/0/cause").asString()).contains("image");
      assertThat(stopped.path("waiting").asInt()).isEqualTo(1);
      assertThat(apps.stream().filter(app -> image(app).equals(NOWHERE))).hasSize(1);
      for (DeployedApp app : apps) {
        assertThat(app.answers()).isEqualTo("{\"says\":\"good\"}");
      }
    } finally {
      restartWith(shipped);
    }
    assertThat(upgraded("mended").path("state").asString()).isEqualTo("done");
    for (DeployedApp app : apps) { // nobody waits for one that had failed before
      Eventually.holds("it has the mended image", LONG_ENOUGH, () -> image(app).equals(shipped));
    }
  }

  private JsonNode upgraded(String reason) throws Exception {
    var _ = cluster.operator().api().post(UPGRADE, Map.of("reason", reason));
    Eventually.holds(
        "the upgrade ended", LONG_ENOUGH, () -> progress().path("ended_at").isString());
    return progress();
  }

  private JsonNode progress() throws InterruptedException {
    return cluster.operator().api().get(UPGRADE);
  }

  private String image(DeployedApp app) {
    try {
      return app.deployment()
          .require()
          .getSpec()
          .getTemplate()
          .getSpec()
          .getContainers()
          .getFirst()
          .getImage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private String setting() {
    ConfigMapKeySelector place = place();
    return Objects.requireNonNull(
        kubernetes
            .configMaps()
            .inNamespace(InstalledCluster.SYSTEM)
            .withName(place.getName())
            .require()
            .getData()
            .get(place.getKey()));
  }

  /** As an operator does it who edits settings.env and applies the overlay. */
  private void restartWith(String image) throws Exception {
    ConfigMapKeySelector place = place();
    var _ =
        kubernetes
            .configMaps()
            .inNamespace(InstalledCluster.SYSTEM)
            .withName(place.getName())
            .edit(present -> {
              present.getData().put(place.getKey(), image);
              return present;
            });
    cluster.restart();
  }

  /** Where Headrace's Deployment has the image from. */
  private ConfigMapKeySelector place() {
    return kubernetes
        .apps()
        .deployments()
        .inNamespace(InstalledCluster.SYSTEM)
        .withName("headrace")
        .require()
        .getSpec()
        .getTemplate()
        .getSpec()
        .getContainers()
        .getFirst()
        .getEnv()
        .stream()
        .filter(variable -> variable.getName().equals(SETTING))
        .findFirst()
        .orElseThrow()
        .getValueFrom()
        .getConfigMapKeyRef();
  }
}
