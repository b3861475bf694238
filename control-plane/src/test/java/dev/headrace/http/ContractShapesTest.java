package dev.headrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.Api;
import dev.headrace.Author;
import dev.headrace.RunningHeadrace;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * What today's clients are answered: exactly the contract's fields, null where there is nothing.
 */
class ContractShapesTest {
  private static final String SAYS =
      """
      from fastapi import FastAPI
      app = FastAPI()
      print("says %s")
      """;

  private static final String APP_FIELDS =
      "id str; app_id str; name str; status str; created_at str; last_activity str/null; "
          + "deployment_url str; error_message str/null; deploy_stage str/null; "
          + "last_error str/null; last_deploy_at str/null";
  private static final Shape APP = Shape.of(APP_FIELDS);
  private static final Shape DETAIL =
      Shape.of(
          APP_FIELDS,
          "code str/null; draft_code str/null; deployed_code str/null; mode str; "
              + "framework str/null; entrypoint str/null; files map/null; draft_files map/null; "
              + "deployed_files map/null; env_vars map/null; deployed_at str/null; "
              + "has_unpublished_changes bool; database_id str/null; database_stats map/null; resources str");
  private static final Shape USER =
      Shape.of("id str; username str; email str; created_at str; is_admin bool");
  private static final Shape STATUS =
      Shape.of(
          "status str; pod_status str/null; error_message str/null; deployment_ready bool; "
              + "deploy_stage str/null; last_error str/null");
  private static final Shape DEPLOY_STATUS =
      Shape.of(
          "status str; deploy_stage str/null; deployment_ready bool; pod_status str/null; "
              + "last_error str/null; last_deploy_at str/null");
  private static final Shape VALIDATION =
      Shape.of("valid bool; message str; line int/null; file str/null");
  private static final Shape TEMPLATE =
      Shape.of(
          "id str; name str; description str; code str/null; mode str; framework str/null; "
              + "entrypoint str/null; files map/null; complexity str; is_global bool; "
              + "created_at str; tags list; user_id str/null; requires_database bool; "
              + "is_hidden bool");

  private static final String RECORD_ID = "[0-9a-f]{24}";
  private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z";

  @TempDir private static Path data;
  @AutoClose private static RunningHeadrace headrace;
  private static Author author;
  private static Api ada;
  private static String single;
  private static String multi;
  private static String broken;

  @BeforeAll
  static void start() {
    headrace = RunningHeadrace.on(data);
    author = Author.signedUp(headrace, "ada");
    ada = author.api();
    single = author.live(SAYS.formatted("one"));
    author.deploy(single, SAYS.formatted("two"));
    ada.outcome(single, 2);
    multi =
        ada.post(
                "/api/apps",
                Map.of(
                    "name", "multi",
                    "mode", "multi",
                    "entrypoint", "main.py",
                    "files", Map.of("main.py", SAYS.formatted("many"), "notes.txt", "x")))
            .ok()
            .path("app_id")
            .asString();
    ada.outcome(multi, 1);
    broken = author.create(SAYS.formatted("nothing") + "1 / 0\n");
    ada.outcome(broken, 1);
  }

  @Test
  void accounts() {
    Map<String, String> form =
        Map.of("username", "grace", "email", "grace@example.com", "password", "correct horse");

    JsonNode made = USER.fits(headrace.anonymous().post("/api/auth/signup", form).ok());
    JsonNode in =
        Shape.of("access_token str; token_type str")
            .fits(headrace.anonymous().post("/api/auth/login", form).ok());
    JsonNode me =
        USER.fits(
            headrace
                .anonymous()
                .with("Authorization", "Bearer " + in.path("access_token").asString())
                .get("/api/auth/me")
                .ok());

    assertThat(made.path("id").asString()).matches(RECORD_ID);
    assertThat(made.path("created_at").asString()).matches(TIME);
    assertThat(in.path("token_type").asString()).isEqualTo("bearer");
    assertThat(me).isEqualTo(made);
  }

  @Test
  void anAppInTheAnswerToEachChange() {
    JsonNode made =
        APP.fits(
            ada.post("/api/apps", Map.of("name", "changing", "code", SAYS.formatted("1"))).ok());
    String path = "/api/apps/" + made.path("app_id").asString();

    APP.fits(ada.put(path, Map.of("code", SAYS.formatted("2"))).ok());
    APP.fits(ada.put(path, Map.of("name", "changed")).ok());
    APP.fits(ada.post(path + "/rollback/0", Map.of()).ok());
    Shape.of("success bool; message str").fits(ada.delete(path).ok());

    assertThat(made.path("id").asString()).matches(RECORD_ID);
    assertThat(made.path("app_id").asString()).matches("[a-z0-9]{8}");
    assertThat(made.path("created_at").asString()).matches(TIME);
    assertThat(made.path("last_deploy_at").asString()).matches(TIME);
  }

  @Test
  void appsInTheList() {
    JsonNode list = ada.get("/api/apps").ok();

    assertThat(list.isArray()).isTrue();
    list.valueStream().forEach(APP::fits);
    assertThat(list.get(0).path("error_message").isNull()).isTrue();
    assertThat(list.get(2).path("error_message").asString()).contains("division by zero");
    assertThat(list.get(2).path("last_error")).isEqualTo(list.get(2).path("error_message"));
  }

  @Test
  void appsAreListedAsTheyWereMade() {
    Author bob = Author.signedUp(headrace, "bob");
    List<String> made = Stream.generate(() -> bob.create(SAYS)).limit(6).toList();

    assertThat(
            bob.api().get("/api/apps").ok().valueStream().map(app -> app.path("app_id").asString()))
        .containsExactlyElementsOf(made);
  }

  @Test
  void theDetailOfASingleFileApp() {
    JsonNode app = DETAIL.fits(ada.get("/api/apps/" + single).ok());

    assertThat(app.path("mode").asString()).isEqualTo("single");
    assertThat(app.path("code").asString()).isEqualTo(SAYS.formatted("two"));
    assertThat(app.path("deployed_code")).isEqualTo(app.path("code"));
    assertThat(app.path("deployed_at").asString()).matches(TIME);
    assertNull(app, "files", "deployed_files", "framework", "entrypoint", "draft_code");
  }

  @Test
  void theDetailOfAMultiFileApp() {
    JsonNode app = DETAIL.fits(ada.get("/api/apps/" + multi).ok());

    assertThat(app.path("mode").asString()).isEqualTo("multi");
    assertThat(app.path("framework").asString()).isEqualTo("fastapi");
    assertThat(app.path("entrypoint").asString()).isEqualTo("main.py");
    assertThat(app.path("files").propertyNames()).containsExactly("main.py", "notes.txt");
    assertThat(app.path("deployed_files")).isEqualTo(app.path("files"));
    assertNull(app, "code", "deployed_code", "draft_code", "draft_files");
  }

  @Test
  void theDetailOfAnAppThatNeverServed() {
    JsonNode app = DETAIL.fits(ada.get("/api/apps/" + broken).ok());

    assertThat(app.path("status").asString()).isEqualTo("error");
    assertNull(app, "deployed_code", "deployed_at");
  }

  @Test
  void states() {
    for (String app : new String[] {single, multi, broken}) {
      STATUS.fits(ada.get("/api/apps/" + app + "/status").ok());
      DEPLOY_STATUS.fits(author.deployStatus(app));
    }

    JsonNode failed = ada.get("/api/apps/" + broken + "/status").ok();
    assertThat(failed.path("error_message").asString()).contains("division by zero");
    assertThat(failed.path("last_error")).isEqualTo(failed.path("error_message"));
    assertThat(author.deployStatus(broken).path("last_error")).isEqualTo(failed.path("last_error"));
  }

  @Test
  void verdictsOnSource() {
    String path = "/api/apps/validate";

    assertVerdict(ada.post(path, Map.of("code", SAYS)), "Code validation passed", null, null);
    assertVerdict(
        ada.post(path, Map.of("code", "x = 1\nbreak(")),
        "Syntax error: invalid syntax. Check line 2 for typos or missing characters.",
        2,
        null);
    assertVerdict(
        ada.post(path, Map.of("files", Map.of("app.py", SAYS, "b.py", "def f(\n"))),
        "Syntax error: '(' was never closed",
        1,
        "b.py");
    assertVerdict(ada.post(path, Map.of()), "No code or files provided", null, null);
  }

  @Test
  void verdictsOnTheSourceOfAnApp() {
    for (String app : new String[] {single, multi}) {
      String path = "/api/apps/" + app + "/validate";
      assertVerdict(ada.post(path, Map.of()), "Code validation passed", null, null);
      assertVerdict(ada.send("POST", path, Optional.empty()), "Code validation passed", null, null);
    }
    assertVerdict(
        ada.post("/api/apps/" + multi + "/validate", Map.of("files", Map.of("b.py", "def f(\n"))),
        "Syntax error: '(' was never closed",
        1,
        "b.py");
  }

  @Test
  void versions() {
    Shape versions = Shape.of("app_id str; versions list; current_deployed_hash str/null");
    Shape version = Shape.of("code str/null; files map/null; deployed_at str; code_hash str");

    JsonNode two = versions.fits(ada.get("/api/apps/" + single + "/versions").ok());
    JsonNode one = versions.fits(ada.get("/api/apps/" + multi + "/versions").ok());

    assertThat(two.path("versions")).hasSize(1);
    JsonNode earlier = version.fits(two.path("versions").get(0));
    assertThat(earlier.path("deployed_at").asString()).matches(TIME);
    assertThat(earlier.path("code_hash").asString()).matches("[0-9a-f]{16}");
    assertNull(earlier, "files");
    assertThat(one.path("versions")).isEmpty();
    assertThat(one.path("current_deployed_hash").asString()).matches("[0-9a-f]{16}");
  }

  @Test
  void logs() {
    Shape logs =
        Shape.of(
            "app_id str; pod_name str/null; container str; logs list; truncated bool; error str/null");

    JsonNode page =
        logs.fits(
            ada.eventually(
                    "/api/apps/" + single + "/logs?tail_lines=1",
                    answer -> !answer.ok().path("logs").isEmpty())
                .json());

    assertThat(page.path("container").asString()).isEqualTo("runner");
    assertThat(page.path("truncated").asBoolean()).isTrue();
    assertThat(
            Shape.of("timestamp str/null; message str")
                .fits(page.path("logs").get(0))
                .path("timestamp")
                .asString())
        .matches(TIME);
  }

  @Test
  void activity() {
    assertThat(ada.post("/api/apps/" + single + "/activity", Map.of()).ok().toString())
        .isEqualTo("{\"success\":true}");
  }

  @Test
  void templates() {
    JsonNode list = ada.get("/api/templates").ok();

    assertThat(list.valueStream().map(template -> template.path("name").asString()))
        .contains("Hello World API", "TODO API");
    list.valueStream()
        .forEach(template -> {
          TEMPLATE.fits(template);
          String id = template.path("id").asString();
          assertThat(id).matches(RECORD_ID);
          assertThat(template.path("created_at").asString()).matches(TIME);
          assertThat(ada.get("/api/templates/" + id).ok()).isEqualTo(template);
        });
  }

  @Test
  void healthIsForEverybody() {
    JsonNode health =
        Shape.of("status str; database str; templates int")
            .fits(headrace.anonymous().get("/health").ok());

    assertThat(health.path("status").asString()).isEqualTo("healthy");
    assertThat(health.path("templates").asInt()).isGreaterThanOrEqualTo(2);
  }

  private static void assertVerdict(
      Api.Answer answer, String message, @Nullable Integer line, @Nullable String file) {
    JsonNode verdict = VALIDATION.fits(answer.ok());
    assertThat(verdict.path("message").asString()).isEqualTo(message);
    assertThat(verdict.path("valid").asBoolean())
        .isEqualTo(message.equals("Code validation passed"));
    assertThat(verdict.path("line").isNull() ? null : verdict.path("line").asInt()).isEqualTo(line);
    assertThat(verdict.path("file").isNull() ? null : verdict.path("file").asString())
        .isEqualTo(file);
  }

  private static void assertNull(JsonNode object, String... fields) {
    for (String field : fields) {
      assertThat(object.path(field).isNull()).as("%s of %s", field, object).isTrue();
    }
  }
}
