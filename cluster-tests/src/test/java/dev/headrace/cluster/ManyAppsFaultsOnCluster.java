package dev.headrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.flux.Kustomization;
import dev.headrace.flux.KustomizationStatus;
import dev.headrace.git.DeployId;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** More apps than a node has room for: none of them has a pod, and each is to be told so. */
@ExtendWith(InstalledCluster.Installed.class)
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class ManyAppsFaultsOnCluster {
  private static final String FLUX = "flux-system";
  private static final Duration CONVERGED = Duration.ofMinutes(6);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final InstalledCluster cluster;
  private final KubernetesClient kubernetes;
  private final SecureRandom random = new SecureRandom();

  ManyAppsFaultsOnCluster(InstalledCluster cluster) {
    this.cluster = cluster;
    this.kubernetes = cluster.kubernetes();
  }

  @Test
  void kustomizeControllerComesBackToThreeHundredAppsWhileHeadraceIsDown() throws Exception {
    try (AppsWithoutPods many = new AppsWithoutPods(cluster)) {
      List<DeployedApp> apps = many.make(300);
      scale("kustomize-controller", 0);
      List<DeployStream.Accepted> stopped = stop(apps);
      HeadracePod headrace = new HeadracePod(cluster);
      headrace.stop();
      try {
        scale("kustomize-controller", 1);
        awaitArtifactsMissed();
      } finally {
        headrace.start();
      }
      converges("kustomize-controller and Headrace down", stopped);
    }
  }

  @Test
  void twoHundredDeploysAreSentAtOnce() throws Exception {
    try (AppsWithoutPods many = new AppsWithoutPods(cluster)) {
      converges("200 deploys at once", stop(many.make(200)));
    }
  }

  /** Each is a version of its own, of which nothing is to run. */
  private List<DeployStream.Accepted> stop(List<DeployedApp> apps) throws Exception {
    List<Callable<DeployStream.Accepted>> sent = new ArrayList<>();
    for (DeployedApp app : apps) {
      String key = DeployId.next(Clock.systemUTC(), random).value();
      sent.add(() -> stop(app, key));
    }
    return AppsWithoutPods.atOnce(sent);
  }

  private static DeployStream.Accepted stop(DeployedApp app, String key) throws Exception {
    String path = "/api/v1/apps/%s/stop".formatted(app.id());
    for (long deadline = System.nanoTime() + PATIENCE.toNanos(); ; ) {
      try {
        JsonNode made = app.author().api().post(path, Map.of(), key);
        return new DeployStream.Accepted(
            app, made.path("version").asInt(), made.path("commit").asString(), "");
      } catch (UncheckedIOException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
      }
    }
  }

  private void converges(String fault, List<DeployStream.Accepted> stopped) throws Exception {
    long begun = System.nanoTime();
    for (DeployStream.Accepted deploy : stopped) {
      Eventually.holds(
          "version %d of %s is applied, and live".formatted(deploy.version(), deploy.app()),
          CONVERGED,
          () ->
              Reckoning.isApplied(kubernetes, deploy)
                  && deploy
                      .app()
                      .deploy(deploy.version())
                      .path("outcome")
                      .asString()
                      .equals("live"));
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    List<String> commits = new HeadracePod(cluster).git("log", "--format=%H", "main");
    assertThat(commits).containsAll(stopped.stream().map(DeployStream.Accepted::commit).toList());
    for (DeployStream.Accepted deploy : stopped) {
      JsonNode first = deploy.app().deploy(1);
      assertThat(first.path("outcome").asString()).as("%s", first).isEqualTo("superseded");
      assertThat(first.path("superseded_by").asInt()).isEqualTo(deploy.version());
    }
    System.out.printf(
        "fault run: {\"fault\": \"%s\", \"deploys\": %d, \"lost\": 0, \"wrong_verdicts\": 0,"
            + " \"converged_s\": %.1f}%n",
        fault, stopped.size(), seconds);
  }

  /** Returns when Flux has looked for what nobody serves. */
  private void awaitArtifactsMissed() throws Exception {
    Eventually.holds(
        "kustomize-controller misses artifacts",
        PATIENCE,
        () ->
            kubernetes.resources(Kustomization.class).inAnyNamespace().list().getItems().stream()
                .map(Kustomization::getStatus)
                .filter(Objects::nonNull)
                .map(KustomizationStatus::conditions)
                .filter(Objects::nonNull)
                .flatMap(List::stream)
                .anyMatch(condition -> condition.getReason().equals("ArtifactFailed")));
  }

  private void scale(String controller, int replicas) {
    var _ = kubernetes.apps().deployments().inNamespace(FLUX).withName(controller).scale(replicas);
    kubernetes
        .pods()
        .inNamespace(FLUX)
        .withLabel("app", controller)
        .waitUntilCondition(pod -> (pod == null) == (replicas == 0), 60, TimeUnit.SECONDS);
  }
}
