package dev.headrace.cluster;

import static dev.headrace.cluster.DeployedApp.saying;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.flux.ExternalArtifact;
import dev.headrace.flux.Kustomization;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** The story of an app from its first deploy to its end. */
@ExtendWith(InstalledCluster.Installed.class)
class DeployOnClusterTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  private final InstalledCluster cluster;

  DeployOnClusterTest(InstalledCluster cluster) {
    this.cluster = cluster;
  }

  @Test
  void anAppIsLiveWhenItsAddressAnswersWithIt() throws Exception {
    DeployedApp app = cluster.somebody().deploy("first", saying("one"));
    app.awaitLive(1);
    assertThat(app.answers()).isEqualTo("{\"says\":\"one\"}");
    assertThat(
            app.deploy(1).path("stages").valueStream().map(step -> step.path("stage").asString()))
        .containsExactly("committed", "fetched", "applied", "starting", "live");
  }

  @Test
  void aChangeReplacesWhatAnswers() throws Exception {
    DeployedApp app = cluster.somebody().deploy("changing", saying("one"));
    app.awaitLive(1);
    app.change(saying("two"));
    app.awaitLive(2);
    assertThat(app.answers()).isEqualTo("{\"says\":\"two\"}");
  }

  @Test
  void theClusterSaysTheCommitThatGitHas() throws Exception {
    DeployedApp app = cluster.somebody().deploy("traceable", saying("one"));
    app.awaitLive(1);
    String commit = app.deploy(1).path("commit").asString();
    Kustomization kustomization = kustomization(app);
    assertThat(kustomization.getStatus().lastAppliedRevision()).isEqualTo("main@sha1:" + commit);
    assertThat(kustomization.getSpec().serviceAccountName()).isEqualTo("headrace-tenant");
  }

  @Test
  void twoPeopleMayGiveTheirAppsTheSameName() throws Exception {
    DeployedApp one = cluster.somebody().deploy("same", saying("hers"));
    DeployedApp other = cluster.somebody().deploy("same", saying("his"));
    one.awaitLive(1);
    other.awaitLive(1);
    assertThat(one.answers()).isEqualTo("{\"says\":\"hers\"}");
    assertThat(other.answers()).isEqualTo("{\"says\":\"his\"}");
    assertThat(one.namespace()).isNotEqualTo(other.namespace());
  }

  @Test
  void anAuthorReadsWhatTheAppPrints() throws Exception {
    DeployedApp app =
        cluster.somebody().deploy("talking", "print('hello from the pod')\n" + saying("x"));
    app.awaitLive(1);
    JsonNode logs = app.author().api().get("/api/apps/%s/logs".formatted(app.id()));
    assertThat(logs.path("logs").toString()).contains("hello from the pod");
  }

  @Test
  void wiringThatIsDeletedByHandComesBack() throws Exception {
    DeployedApp app = cluster.somebody().deploy("mended", saying("one"));
    app.awaitLive(1);
    String namespace = app.namespace();
    var _ =
        cluster
            .kubernetes()
            .resources(ExternalArtifact.class)
            .inNamespace(namespace)
            .withName(app.name())
            .delete();
    Eventually.holds(
        "the artifact is back with its revision",
        SOON,
        () -> {
          ExternalArtifact artifact =
              cluster
                  .kubernetes()
                  .resources(ExternalArtifact.class)
                  .inNamespace(namespace)
                  .withName(app.name())
                  .get();
          return artifact != null
              && artifact.getStatus() != null
              && artifact.getStatus().artifact() != null;
        });
    app.change(saying("two"));
    app.awaitLive(2);
    assertThat(app.answers()).isEqualTo("{\"says\":\"two\"}");
  }

  @Test
  void whenAFailedDeploysServingPodIsDeletedTheOldCodeComesBack() throws Exception {
    DeployedApp app = cluster.somebody().deploy("standing", saying("old"));
    app.awaitLive(1);
    app.change(saying("new") + "\nraise ValueError('new')\n");
    var _ = app.awaitFailure(2);
    assertThat(app.answers()).isEqualTo("{\"says\":\"old\"}");
    Pod serving = pods(app).stream().filter(DeployOnClusterTest::isReady).findFirst().orElseThrow();
    var _ = cluster.kubernetes().resource(serving).delete();
    Eventually.holds(
        "another pod answers with the old code",
        SOON,
        () ->
            pods(app).stream().anyMatch(pod -> isReady(pod) && !isSame(pod, serving))
                && app.answers().equals("{\"says\":\"old\"}"));
  }

  @Test
  void nobodyIsTurnedAwayWhileOneVersionReplacesAnother() throws Exception {
    DeployedApp app = cluster.somebody().deploy("seamless", saying("1"));
    app.awaitLive(1);
    try (RouteSamples samples = new RouteSamples(cluster.visitor(), Duration.ofSeconds(10))) {
      samples.watch(app);
      for (int version = 2; version <= 4; version++) {
        app.change(saying(String.valueOf(version)));
        app.awaitLive(version);
      }
      Eventually.holds("only the last version's pod is left", SOON, () -> pods(app).size() == 1);
      assertThat(samples.answers(app))
          .isSubsetOf(IntStream.rangeClosed(1, 4).mapToObj("{\"says\":\"%d\"}"::formatted).toList())
          .hasSize(4);
    }
  }

  private List<Pod> pods(DeployedApp app) throws InterruptedException {
    return cluster.kubernetes().pods().inNamespace(app.namespace()).list().getItems();
  }

  private static boolean isReady(Pod pod) {
    return pod.getStatus().getContainerStatuses().stream().anyMatch(ContainerStatus::getReady);
  }

  private static boolean isSame(Pod one, Pod other) {
    return one.getMetadata().getUid().equals(other.getMetadata().getUid());
  }

  private Kustomization kustomization(DeployedApp app) throws InterruptedException {
    return cluster
        .kubernetes()
        .resources(Kustomization.class)
        .inNamespace(app.namespace())
        .withName(app.name())
        .require();
  }
}
