package dev.headrace.cluster;

import static dev.headrace.cluster.DeployedApp.saying;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** What keeps pods from starting or from going on, and what the author is told. */
@ExtendWith(InstalledCluster.Installed.class)
class PodFailuresOnClusterTest {
  private static final String RUNNER = "docker.io/library/headrace-runner:0.1.0";
  private static final String SET_ASIDE = "headrace.local/set-aside:1";

  private final InstalledCluster cluster;

  PodFailuresOnClusterTest(InstalledCluster cluster) {
    this.cluster = cluster;
  }

  @Test
  void anImageThatCannotBeFetchedIsToldUntilItIsThere() throws Exception {
    DeployedApp app = cluster.live("imageless");
    cluster.containerd("images", "tag", RUNNER, SET_ASIDE);
    cluster.containerd("images", "rm", RUNNER);
    try {
      app.change(saying("two"));
      JsonNode failure = app.awaitFailure(2);
      assertThat(failure.path("cause").asString()).contains("image", "cannot be fetched");
      assertThat(failure.path("evidence").asString()).contains("headrace-runner");
      assertThat(failure.path("next_step").asString()).contains("no fault of the app");
      assertThat(app.answers()).isEqualTo("{\"says\":\"good\"}");
    } finally {
      cluster.containerd("images", "tag", SET_ASIDE, RUNNER);
      cluster.containerd("images", "rm", SET_ASIDE);
    }
    app.becomesLive(2, Duration.ofSeconds(90));
  }

  @Test
  void anAppWithoutANodeAndThenWithoutItsFilesIsToldEachInItsTime() throws Exception {
    DeployedApp app = cluster.live("homeless");
    KubernetesClient kubernetes = cluster.kubernetes();
    cordon(true);
    try {
      app.change(saying("two"));
      JsonNode failure = app.awaitFailure(2);
      assertThat(failure.path("cause").asString()).contains("No node");
      assertThat(failure.path("evidence").asString()).contains("unschedulable");
      app.suspend(true);
      ConfigMap code =
          kubernetes.configMaps().inNamespace(app.namespace()).list().getItems().stream()
              .filter(map -> map.getData() != null)
              .filter(map -> map.getData().values().stream().anyMatch(it -> it.contains("two")))
              .findFirst()
              .orElseThrow();
      var _ = kubernetes.resource(code).delete();
      cordon(false);
      app.becomesFailed(2, "cannot be created", Duration.ofSeconds(40));
      assertThat(app.failure(2).path("evidence").asString()).contains("not found");
      var _ =
          kubernetes
              .resource(
                  new ConfigMapBuilder(code)
                      .editMetadata()
                      .withResourceVersion(null)
                      .withUid(null)
                      .endMetadata()
                      .build())
              .create();
      app.becomesLive(2, Duration.ofSeconds(90));
    } finally {
      cordon(false);
      app.suspend(false);
    }
  }

  @Test
  void anAppThatWasLiveAndCrashesIsToldAndThenThatItGoesOnCrashing() throws Exception {
    DeployedApp app =
        cluster
            .somebody()
            .deploy(
                "crashes-later",
                """
                from fastapi import FastAPI

                app = FastAPI()


                @app.get("/end")
                def end():
                    return len(b"x" * (400 << 20))
                """);
    app.awaitLive(1);
    Eventually.holds(
        "its state says that it ended, while the cluster waits once more to start it again",
        Duration.ofSeconds(90),
        () -> {
          if (app.status().path("status").asString().equals("running")) {
            visit(app.url() + "/end");
          }
          return isBackingOff(app)
              && app.trouble().equals("The app used more memory than it may (128Mi).");
        });
    assertThat(app.deploy(1).path("outcome").asString()).isEqualTo("live");
    app.change(saying("mended"));
    app.awaitLive(2);
    assertThat(app.status().path("status").asString()).isEqualTo("running");
  }

  @Test
  void anAppThatDoesNotAnswerAnyMoreIsNotToldToBeTooSlowToStart() throws Exception {
    DeployedApp app =
        cluster
            .somebody()
            .deploy(
                "blocked",
                """
                import time

                from fastapi import FastAPI

                app = FastAPI()


                @app.get("/block")
                async def block():
                    time.sleep(600)
                """);
    app.awaitLive(1);
    visit(app.url() + "/block");
    Eventually.holds(
        "its state says that it does not answer any more",
        Duration.ofSeconds(60),
        () -> app.trouble().contains("does not answer any more"));
    app.change(saying("mended"));
    app.awaitLive(2);
    assertThat(app.answers()).isEqualTo("{\"says\":\"mended\"}");
  }

  @Test
  void aNamespaceThatGoesIsToldAndMadeAnew() throws Exception {
    DeployedApp app = cluster.live("roofless");
    KubernetesClient kubernetes = cluster.kubernetes();
    ConfigMap holds =
        kubernetes
            .resource(
                new ConfigMapBuilder()
                    .withNewMetadata()
                    .withNamespace(app.namespace())
                    .withName("holds")
                    .addToFinalizers("headrace.example/held")
                    .endMetadata()
                    .build())
            .create();
    var _ = kubernetes.namespaces().withName(app.namespace()).delete();
    try {
      app.change(saying("two"));
      app.becomesFailed(2, "namespace of your apps is being removed", Duration.ofSeconds(30));
      assertThat(app.failure(2).path("evidence").asString()).contains("being terminated");
    } finally {
      var _ =
          kubernetes
              .resource(holds)
              .edit(present ->
                  new ConfigMapBuilder(present)
                      .editMetadata()
                      .withFinalizers()
                      .endMetadata()
                      .build());
    }
    app.becomesLive(2, Duration.ofSeconds(90));
  }

  @Test
  void aPodThatTheClusterDoesNotLetInIsTold() throws Exception {
    DeployedApp app = cluster.live("barred");
    List<HasMetadata> policy =
        cluster
            .kubernetes()
            .load(
                new ByteArrayInputStream(noPods(app.namespace()).getBytes(StandardCharsets.UTF_8)))
            .serverSideApply();
    try {
      Eventually.holds(
          "the policy is obeyed", Duration.ofSeconds(20), () -> isRefused(app.namespace()));
      app.change(saying("two"));
      JsonNode failure = app.awaitFailure(2);
      assertThat(failure.path("cause").asString())
          .contains("does not let the app's pod be created");
      assertThat(failure.path("evidence").asString()).contains("no pods today");
      assertThat(app.answers()).isEqualTo("{\"says\":\"good\"}");
    } finally {
      var _ = cluster.kubernetes().resourceList(policy).delete();
    }
    app.becomesLive(2, Duration.ofSeconds(90));
  }

  private static String noPods(String namespace) {
    return """
    apiVersion: admissionregistration.k8s.io/v1
    kind: ValidatingAdmissionPolicy
    metadata:
      name: no-pods-today
    spec:
      matchConstraints:
        resourceRules:
          - apiGroups: [""]
            apiVersions: [v1]
            resources: [pods]
            operations: [CREATE]
      validations:
        - expression: "false"
          message: no pods today
    ---
    apiVersion: admissionregistration.k8s.io/v1
    kind: ValidatingAdmissionPolicyBinding
    metadata:
      name: no-pods-today
    spec:
      policyName: no-pods-today
      validationActions: [Deny]
      matchResources:
        namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: %s
    """
        .formatted(namespace);
  }

  /** Not for the first time. */
  private boolean isBackingOff(DeployedApp app) throws InterruptedException {
    return cluster.kubernetes().pods().inNamespace(app.namespace()).list().getItems().stream()
        .flatMap(pod -> pod.getStatus().getContainerStatuses().stream())
        .anyMatch(container ->
            container.getRestartCount() > 0
                && container.getState().getWaiting() != null
                && "CrashLoopBackOff".equals(container.getState().getWaiting().getReason()));
  }

  /** Asked by a copy of the one that runs, of which nothing stays. */
  private boolean isRefused(String namespace) {
    var pods = cluster.kubernetes().pods().inNamespace(namespace);
    Pod copy =
        new PodBuilder(pods.list().getItems().getFirst())
            .withNewMetadata()
            .withName("copy")
            .endMetadata()
            .withStatus(null)
            .editSpec()
            .withNodeName(null)
            .endSpec()
            .build();
    try {
      var _ = pods.resource(copy).dryRun().create();
      return false;
    } catch (KubernetesClientException e) {
      return String.valueOf(e.getMessage()).contains("no pods today");
    }
  }

  /** Whatever it answers, and whether it does. */
  private void visit(String url) {
    var _ =
        cluster
            .visitor()
            .sendAsync(
                HttpRequest.newBuilder(URI.create(url)).build(),
                HttpResponse.BodyHandlers.discarding());
  }

  private void cordon(boolean closed) {
    for (Node node : cluster.kubernetes().nodes().list().getItems()) {
      cluster.kubectl(closed ? "cordon" : "uncordon", node.getMetadata().getName());
    }
  }
}
