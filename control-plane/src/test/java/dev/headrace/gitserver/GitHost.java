package dev.headrace.gitserver;

import dev.headrace.Api;
import dev.headrace.Author;
import dev.headrace.RunningHeadrace;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** A running platform with an admin, an author and tokens for git. */
final class GitHost implements AutoCloseable {
  static final String TOKENS = "/api/v1/admin/git/tokens";

  private final RunningHeadrace headrace;
  private final Api admin;
  private final Author ada;

  GitHost(Path data) {
    headrace = RunningHeadrace.on(data);
    admin = headrace.signUp("operator");
    ada = Author.signedUp(headrace, "ada");
  }

  RunningHeadrace headrace() {
    return headrace;
  }

  Api admin() {
    return admin;
  }

  Author ada() {
    return ada;
  }

  JsonNode token(String role) {
    return admin.post(TOKENS, Map.of("name", "olga " + role, "role", role)).ok();
  }

  String secret(String role) {
    return token(role).path("secret").asString();
  }

  String url(String secret) {
    return headrace.url().replace("http://", "http://olga:" + secret + "@") + "/git/platform.git";
  }

  String urlFor(String role) {
    return url(secret(role));
  }

  static String hello(String says) {
    return """
    from fastapi import FastAPI
    app = FastAPI()
    @app.get("/")
    def hello():
        return {"says": "%s"}
    """
        .formatted(says);
  }

  /** An app with two versions that say so. */
  String twoVersions() {
    String app = ada.live(hello("one"));
    ada.deploy(app, hello("two"));
    ada.api().outcome(app, 2);
    return app;
  }

  String says(String app) {
    return ada.visitor(app).get("/").ok().path("says").asString();
  }

  @Override
  public void close() {
    headrace.close();
  }
}
