package dev.headrace.cluster;

import static dev.headrace.cluster.DeployedApp.saying;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** A cluster whose definitions are not those that Headrace renders for. */
@ExtendWith(InstalledCluster.Installed.class)
class ManifestFailuresOnClusterTest {
  private static final String MIDDLEWARES = "middlewares.traefik.io";
  private static final String CAUSE = "does not accept the app's manifests";

  private final InstalledCluster cluster;

  ManifestFailuresOnClusterTest(InstalledCluster cluster) {
    this.cluster = cluster;
  }

  @Test
  void whatValidationRejectsIsToldAndAppliedOnceItIsAccepted() throws Exception {
    patch("[{\"op\":\"add\",\"path\":\"%s/required\",\"value\":[\"fromTheFuture\"]}]");
    DeployedApp app;
    try {
      app = cluster.somebody().deploy("rejected", saying("good"));
      JsonNode failure = app.awaitFailure(1);
      assertThat(failure.path("cause").asString()).contains(CAUSE);
      assertThat(failure.path("evidence").asString())
          .contains("(Invalid)")
          .contains("fromTheFuture");
      assertThat(failure.path("next_step").asString()).contains("No version serves until then");
    } finally {
      patch("[{\"op\":\"remove\",\"path\":\"%s/required\"}]");
    }
    app.becomesLive(1, Duration.ofSeconds(60));
  }

  @Test
  void aKindThatTheClusterDoesNotHaveIsToldAndAppliedOnceItHasIt() throws Exception {
    KubernetesClient kubernetes = cluster.kubernetes();
    DeployedApp app = cluster.live("kindless");
    var definition =
        kubernetes.apiextensions().v1().customResourceDefinitions().withName(MIDDLEWARES);
    CustomResourceDefinition before = definition.require();
    var _ = definition.delete();
    try {
      definition.waitUntilCondition(gone -> gone == null, 30, TimeUnit.SECONDS);
      app.change(saying("two"));
      JsonNode failure = app.awaitFailure(2);
      assertThat(failure.path("cause").asString()).contains(CAUSE);
      assertThat(failure.path("evidence").asString()).contains("no matches for kind");
      assertThat(failure.path("next_step").asString()).contains("goes on serving");
    } finally {
      var _ =
          kubernetes
              .resource(
                  new CustomResourceDefinitionBuilder(before)
                      .editMetadata()
                      .withResourceVersion(null)
                      .withUid(null)
                      .endMetadata()
                      .withStatus(null)
                      .build())
              .create();
    }
    app.becomesLive(2, Duration.ofSeconds(90));
  }

  private void patch(String operation) {
    var _ =
        cluster
            .kubernetes()
            .apiextensions()
            .v1()
            .customResourceDefinitions()
            .withName(MIDDLEWARES)
            .patch(
                PatchContext.of(PatchType.JSON),
                operation.formatted("/spec/versions/0/schema/openAPIV3Schema/properties/spec"));
  }
}
