package dev.headrace.benchmarks.cluster;

import dev.headrace.client.ApiClient;
import java.util.Map;

/** An app on the cluster, by its author's hand. */
record DeployedApp(Cluster.Author author, ApiClient.Version first) {
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

  static String answer(String text) {
    return "{\"says\":\"%s\"}".formatted(text);
  }

  static String broken(String text) {
    return saying(text) + "\nraise ValueError('%s')\n".formatted(text);
  }

  /** Of all its objects. */
  String name() {
    return "app-" + id();
  }

  String id() {
    return first.appId();
  }

  String namespace() {
    return author.namespace();
  }

  String url() {
    return first.url() + "/";
  }

  /** Answered when the commit is durable. */
  ApiClient.Version change(String code) throws InterruptedException {
    return author.api().change(id(), Map.of("code", code));
  }

  /** The same, with what the platform that users come from lets an app have: 250m and 128Mi. */
  ApiClient.Version changeOnMicro(String code) throws InterruptedException {
    return author.api().change(id(), Map.of("code", code, "resources", "micro"));
  }

  /** What a watch shows when Flux has applied this commit. */
  String applied(ApiClient.Version version) {
    return Sightings.applied(namespace(), name(), revision(version));
  }

  /** What a watch shows when Headrace has told Flux of this commit. */
  String told(ApiClient.Version version) {
    return Sightings.told(namespace(), name(), revision(version));
  }

  private static String revision(ApiClient.Version version) {
    return "main@sha1:" + version.commit();
  }
}
