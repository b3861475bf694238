package dev.headrace.cluster;

import dev.headrace.client.ApiClient;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Somebody with an account. */
record Person(ApiClient api, InstalledCluster cluster) {

  /** A new app, whatever becomes of it. */
  DeployedApp deploy(String name, String code) throws InterruptedException {
    JsonNode app = api.post("/api/apps", Map.of("name", name, "code", code));
    return new DeployedApp(
        this, app.path("app_id").asString(), app.path("deployment_url").asString());
  }

  String id() throws InterruptedException {
    return api.get("/api/auth/me").path("id").asString();
  }

  String namespace() throws InterruptedException {
    return "headrace-" + id();
  }
}
