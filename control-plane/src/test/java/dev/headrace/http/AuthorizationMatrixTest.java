package dev.headrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.Api;
import dev.headrace.RunningHeadrace;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Every route of the OpenAPI document as nobody, as the app's owner, as somebody else and as the
 * admin. A route that is added without a thought of who may use it fails here.
 */
class AuthorizationMatrixTest {
  private static final Set<String> OPEN =
      Set.of("GET /health", "POST /api/auth/signup", "POST /api/auth/login");

  /** Routes that everybody with an account has, each seeing only what is theirs. */
  private static final Set<String> OWN =
      Set.of(
          "GET /api/auth/me",
          "GET /api/apps",
          "POST /api/apps",
          "POST /api/apps/validate",
          "GET /api/templates",
          "GET /api/templates/{id}",
          "GET /api/v1/events");

  /** Routes over everybody's apps. */
  private static final Set<String> ADMINS =
      Set.of(
          "POST /api/v1/admin/git/announce",
          "GET /api/v1/admin/git/at",
          "GET /api/v1/admin/git/tokens",
          "POST /api/v1/admin/git/tokens",
          "DELETE /api/v1/admin/git/tokens/{tokenId}",
          "GET /api/v1/admin/upgrade",
          "POST /api/v1/admin/upgrade",
          "GET /api/v1/admin/tenants/{tenant}",
          "DELETE /api/v1/admin/tenants/{tenant}");

  /** With what some routes require. */
  private static final String BODY = "{\"version\": 1, \"name\": \"one\", \"role\": \"auditor\"}";

  private static final String CODE = "from fastapi import FastAPI\napp = FastAPI()\n";

  @TempDir private static Path data;
  @AutoClose private static RunningHeadrace headrace;
  private static Api admin;
  private static Api owner;
  private static Api other;
  private static Api nobody;

  @BeforeAll
  static void start() {
    headrace = RunningHeadrace.on(data);
    admin = headrace.signUp("first");
    owner = headrace.signUp("owner");
    other = headrace.signUp("other");
    nobody = headrace.anonymous();
    owner.post("/api/apps", Map.of("name", "the first", "code", CODE)).ok();
  }

  @Test
  void theFirstAccountIsTheAdmin() {
    assertThat(admin.get("/api/auth/me").ok().path("is_admin").asBoolean()).isTrue();
    assertThat(owner.get("/api/auth/me").ok().path("is_admin").asBoolean()).isFalse();
  }

  @TestFactory
  Stream<DynamicTest> everyRoute() {
    JsonNode paths = nobody.get("/openapi.json").ok().path("paths");
    assertThat(paths.size()).isGreaterThan(15);
    return paths
        .propertyStream()
        .flatMap(path ->
            path.getValue()
                .propertyStream()
                .map(method -> method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey()))
        .map(route -> DynamicTest.dynamicTest(route, () -> drive(route)));
  }

  private void drive(String route) {
    if (OPEN.contains(route)) {
      assertThat(status(nobody, route, "")).isNotEqualTo(401);
      return;
    }
    assertThat(status(nobody, route, "abcdefgh")).as("nobody").isEqualTo(401);
    assertThat(status(nobody.with("Authorization", "Bearer forged"), route, "abcdefgh"))
        .as("a forged token")
        .isEqualTo(401);
    if (OWN.contains(route)) {
      return;
    }
    if (ADMINS.contains(route)) {
      Api.Answer refused = send(owner, route, "").is(403);
      assertThat(refused.json().path("code").asString()).isEqualTo("ADMIN_REQUIRED");
      assertThat(status(admin, route, "")).as("the admin").isIn(200, 202);
      return;
    }
    assertThat(route).as("a route without an app must be named in this test").contains("{appId}");
    String app =
        owner.post("/api/apps", Map.of("name", route, "code", CODE)).ok().path("app_id").asString();
    owner.outcome(app, 1);
    assertThat(status(other, route, app)).as("somebody else").isEqualTo(404);
    assertThat(status(admin, route, app)).as("the admin").isEqualTo(404);
    assertThat(owner.get("/api/apps/" + app).ok().path("name").asString())
        .as("untouched by both")
        .isEqualTo(route);
    assertThat(status(owner, route, app)).as("the owner").isIn(200, 400, 422);
  }

  @Test
  void listsShowOnlyWhatIsOnesOwn() {
    String app =
        owner
            .post("/api/apps", Map.of("name", "mine", "code", CODE))
            .ok()
            .path("app_id")
            .asString();

    assertThat(other.get("/api/apps").ok()).isEmpty();
    assertThat(admin.get("/api/apps").ok()).isEmpty();
    assertThat(owner.get("/api/apps").ok().valueStream().map(a -> a.path("app_id").asString()))
        .contains(app);
  }

  @Test
  void whatIsNotNamedIsNotThere() {
    nobody.get("/api/nothing").is(401);
    owner.get("/api/nothing").is(404);
    nobody.get("/nothing").is(401);
    nobody.get("/actuator/env").is(401);
    nobody.get("/application.yaml").is(401);
    nobody.get("/apps/..%2f..%2fapplication.yaml").is(400);
  }

  private static String token() {
    return admin
        .send("POST", "/api/v1/admin/git/tokens", Optional.of(BODY))
        .ok()
        .path("id")
        .asString();
  }

  private static String idOf(Api person) {
    return person.get("/api/auth/me").ok().path("id").asString();
  }

  private static int status(Api person, String route, String app) {
    return send(person, route, app).status();
  }

  private static Api.Answer send(Api person, String route, String app) {
    String method = route.substring(0, route.indexOf(' '));
    String path =
        route
            .substring(route.indexOf(' ') + 1)
            .replace("{appId}", app)
            .replace("{tenant}", idOf(admin))
            .replace("{version_index}", "0")
            .replace("{version}", "1")
            .replace("{tokenId}", route.contains("{tokenId}") ? token() : "")
            .replace("{id}", "000000000000000000000000");
    Optional<String> body = method.equals("GET") ? Optional.empty() : Optional.of(BODY);
    return person.send(method, path, body);
  }
}
