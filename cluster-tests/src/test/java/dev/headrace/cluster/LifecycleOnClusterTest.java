package dev.headrace.cluster;

import static dev.headrace.cluster.DeployedApp.saying;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headrace.flux.ExternalArtifact;
import dev.headrace.flux.Kustomization;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** What an author may wish for an app besides another version of its code. */
@ExtendWith(InstalledCluster.Installed.class)
class LifecycleOnClusterTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String TRAEFIK = "traefik.io/v1alpha1";

  private final InstalledCluster cluster;
  private final KubernetesClient kubernetes;

  LifecycleOnClusterTest(InstalledCluster cluster) {
    this.cluster = cluster;
    this.kubernetes = cluster.kubernetes();
  }

  @Test
  void aStoppedAppHasNoPodsAndIsToldToBeStoppedUntilItIsStarted() throws Exception {
    DeployedApp app = cluster.live("resting");
    app.awaitLive(app.wish("stop"));
    assertThat(app.replicas()).isZero();
    assertThat(app.status().path("status").asString()).isEqualTo("stopped");
    Eventually.holds("visitors are told", SOON, () -> visitorsStatus(app) == 503);
    Eventually.holds("the last pod ended", SOON, () -> pods(app).isEmpty());

    app.awaitLive(app.wish("start"));
    assertThat(app.replicas()).isEqualTo(1);
    assertThat(app.status().path("status").asString()).isEqualTo("running");
    assertThat(app.answers()).isEqualTo("{\"says\":\"good\"}");
  }

  @Test
  void aRestartedAppAnswersFromAnotherPodWithTheSameCode() throws Exception {
    DeployedApp app = cluster.live("restarted");
    String before = pods(app).getFirst().getMetadata().getUid();
    app.awaitLive(app.wish("restart"));
    Eventually.holds(
        "another pod is the only one",
        SOON,
        () ->
            pods(app).stream().map(pod -> pod.getMetadata().getUid()).toList().size() == 1
                && !pods(app).getFirst().getMetadata().getUid().equals(before));
    assertThat(app.answers()).isEqualTo("{\"says\":\"good\"}");
    assertThat(source(app, 2)).isEqualTo(source(app, 1));
  }

  @Test
  void aRollbackIsOneMoreCommitWithWhatWas() throws Exception {
    DeployedApp app = cluster.live("returning");
    app.change(saying("bad"));
    app.awaitLive(2);
    app.rollBack(1);
    app.awaitLive(3);
    assertThat(app.answers()).isEqualTo("{\"says\":\"good\"}");
    JsonNode deploys =
        app.author().api().get("/api/v1/apps/%s/deploys".formatted(app.id())).path("deploys");
    assertThat(deploys.valueStream().map(deploy -> deploy.path("action").asString()))
        .containsExactly("rollback", "deploy", "deploy");
    assertThat(deploys.valueStream().map(deploy -> deploy.path("commit").asString()).distinct())
        .hasSize(3);
  }

  @Test
  void ofADeletedAppNoObjectIsLeftAndItsAuthorIsToldThatItIsGone() throws Exception {
    DeployedApp app = cluster.live("leaving");
    DeployedApp neighbour = app.author().deploy("staying", saying("here"));
    neighbour.awaitLive(1);
    assertThat(objects(app)).as("what is looked for is there before").hasSizeGreaterThan(7);
    app.delete();
    Eventually.holds("everything of it is pruned", SOON, () -> objects(app).isEmpty());
    assertThatThrownBy(app::status).hasMessageContaining("404");
    Eventually.holds("its address leads nowhere", SOON, () -> visitorsStatus(app) == 404);
    assertThat(neighbour.answers()).isEqualTo("{\"says\":\"here\"}");
  }

  private List<Pod> pods(DeployedApp app) throws InterruptedException {
    return kubernetes
        .pods()
        .inNamespace(app.namespace())
        .withLabel("app-id", app.id())
        .list()
        .getItems();
  }

  private JsonNode source(DeployedApp app, int version) throws InterruptedException {
    return app.author().api().get("/api/v1/apps/%s/deploys/%d/source".formatted(app.id(), version));
  }

  private int visitorsStatus(DeployedApp app) throws Exception {
    return cluster
        .visitor()
        .send(
            HttpRequest.newBuilder(URI.create(app.url() + "/")).build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  /** Of every kind that an app has, the wiring included. */
  private List<String> objects(DeployedApp app) throws InterruptedException {
    String namespace = app.namespace();
    List<String> found = new ArrayList<>();
    Stream.of(
            kubernetes.configMaps().inNamespace(namespace).list(),
            kubernetes.services().inNamespace(namespace).list(),
            kubernetes.apps().deployments().inNamespace(namespace).list(),
            kubernetes.apps().replicaSets().inNamespace(namespace).list(),
            kubernetes.pods().inNamespace(namespace).list(),
            kubernetes
                .genericKubernetesResources(TRAEFIK, "IngressRoute")
                .inNamespace(namespace)
                .list(),
            kubernetes
                .genericKubernetesResources(TRAEFIK, "Middleware")
                .inNamespace(namespace)
                .list(),
            kubernetes.resources(Kustomization.class).inNamespace(namespace).list(),
            kubernetes.resources(ExternalArtifact.class).inNamespace(namespace).list())
        .flatMap(list -> list.getItems().stream())
        .filter(object -> object.getMetadata().getName().startsWith(app.name()))
        .forEach(object -> found.add(object.getKind() + " " + object.getMetadata().getName()));
    return found;
  }
}
