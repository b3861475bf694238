package dev.headrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.dsl.RollableScalableResource;
import java.time.Duration;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** One app on the cluster, by its author's hand. */
record DeployedApp(Person author, String id, String url) {
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(90);

  /** An app whose first page says this. */
  static String saying(String text) {
    return """
    from fastapi import FastAPI

    app = FastAPI()


    @app.get("/")
    def page():
        return {"says": "%s"}
    """
        .formatted(text);
  }

  String name() {
    return "app-" + id;
  }

  String namespace() throws InterruptedException {
    return author.namespace();
  }

  /** As the cluster has it. */
  RollableScalableResource<Deployment> deployment() throws InterruptedException {
    return author
        .cluster()
        .kubernetes()
        .apps()
        .deployments()
        .inNamespace(namespace())
        .withName(name());
  }

  /** How many there are to be. */
  int replicas() throws InterruptedException {
    return deployment().require().getSpec().getReplicas();
  }

  void change(String code) throws InterruptedException {
    var _ = author.api().put("/api/apps/" + id, Map.of("code", code));
  }

  /** Has it stop, start or restart; the number of the version that this made. */
  int wish(String action) throws InterruptedException {
    return author
        .api()
        .post("/api/v1/apps/%s/%s".formatted(id, action), Map.of())
        .path("version")
        .asInt();
  }

  void rollBack(int version) throws InterruptedException {
    var _ = author.api().post("/api/v1/apps/%s/rollback".formatted(id), Map.of("version", version));
  }

  void delete() throws InterruptedException {
    var _ = author.api().delete("/api/apps/" + id);
  }

  JsonNode outcome(int version) throws InterruptedException {
    return author.api().awaitOutcome(id, version, LONG_ENOUGH);
  }

  void awaitLive(int version) throws InterruptedException {
    JsonNode outcome = outcome(version);
    assertThat(outcome.path("outcome").asString())
        .as("version %d: %s", version, outcome)
        .isEqualTo("live");
  }

  /** The failure of a version that cannot be live. */
  JsonNode awaitFailure(int version) throws InterruptedException {
    JsonNode outcome = outcome(version);
    assertThat(outcome.path("outcome").asString())
        .as("version %d: %s", version, outcome)
        .isEqualTo("failed");
    return outcome.path("failure");
  }

  /** After all: a failure that passes is no end. */
  void becomesLive(int version, Duration within) throws Exception {
    Eventually.holds(
        "version %d of %s is live after all".formatted(version, id),
        within,
        () -> deploy(version).path("outcome").asString().equals("live"));
  }

  /** Fails for a cause that is not the first one that is told. */
  void becomesFailed(int version, String cause, Duration within) throws Exception {
    Eventually.holds(
        "version %d of %s is told to fail because: %s".formatted(version, id, cause),
        within,
        () -> failure(version).path("cause").asString("").contains(cause));
  }

  JsonNode failure(int version) throws InterruptedException {
    return deploy(version).path("failure");
  }

  JsonNode status() throws InterruptedException {
    return author.api().get("/api/apps/%s/status".formatted(id));
  }

  /** What keeps it from answering now, whatever became of its deploys; empty when nothing does. */
  String trouble() throws InterruptedException {
    return status().path("error_message").asString("");
  }

  /** An operator's wish. */
  void suspend(boolean suspended) throws InterruptedException {
    author.cluster().suspend(namespace(), name(), suspended);
  }

  JsonNode deploy(int version) throws InterruptedException {
    return author.api().get("/api/v1/apps/%s/deploys/%d".formatted(id, version));
  }

  /** What its address answers at the door of the cluster. */
  String answers() throws InterruptedException {
    return author.api().text(url + "/");
  }
}
