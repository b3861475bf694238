package dev.headrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Somebody with an account who writes apps and looks at them through the apps' port. */
public record Author(RunningHeadrace headrace, Api api, String userId) {
  public static Author signedUp(RunningHeadrace headrace, String username) {
    Api api = headrace.signUp(username);
    return new Author(headrace, api, api.get("/api/auth/me").ok().path("id").asString());
  }

  /** The id of a new app. */
  public String create(String code) {
    return api.post("/api/apps", Map.of("name", "app", "code", code))
        .ok()
        .path("app_id")
        .asString();
  }

  /** The id of a new app that answers. */
  public String live(String code) {
    String app = create(code);
    JsonNode deploy = api.outcome(app, 1);
    assertThat(deploy.path("outcome").asString()).as(deploy.toString()).isEqualTo("live");
    return app;
  }

  /** The number of the new version. */
  public int deploy(String app, String code) {
    Api.Answer answer = api.put("/api/apps/" + app, Map.of("code", code));
    answer.ok();
    return Integer.parseInt(answer.headers().firstValue("Headrace-Version").orElseThrow());
  }

  public JsonNode deployStatus(String app) {
    return api.get("/api/apps/" + app + "/deploy-status").ok();
  }

  /** The app's address by path, without the last slash. */
  public String path(String app) {
    return "/user/%s/app/%s".formatted(userId, app);
  }

  /** A visitor of the app. */
  public Api visitor(String app) {
    return headrace.anonymousAt(headrace.appsUrl() + path(app));
  }
}
