package dev.headrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.headrace.Api;
import dev.headrace.Author;
import dev.headrace.RunningHeadrace;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Every refusal and every fault in a shape that the route's clients can show. */
class ErrorShapesTest {
  private static final String CODE = "from fastapi import FastAPI\napp = FastAPI()\n";
  private static final Shape FAULT = Shape.of("type str; loc list; msg str; input str/null");

  @TempDir private static Path data;
  @AutoClose private static RunningHeadrace headrace;
  private static Author author;
  private static Api ada;
  private static String app;

  @BeforeAll
  static void start() {
    headrace = RunningHeadrace.on(data);
    author = Author.signedUp(headrace, "ada");
    ada = author.api();
    app = author.live(CODE);
  }

  @Test
  void anAppThatIsNotThereIsAnObject() {
    assertJson(
        ada.get("/api/apps/abcdefgh").is(404),
        "{\"detail\":{\"code\":\"NOT_FOUND\",\"message\":\"App not found: abcdefgh\",\"details\":null}}");
  }

  @Test
  void sourceThatIsRefusedNamesTheLineAndTheFile() {
    JsonNode one = ada.post("/api/apps", Map.of("name", "x", "code", "def f(\n")).is(400).json();
    JsonNode many =
        ada.post(
                "/api/apps",
                Map.of("name", "x", "files", Map.of("app.py", CODE, "b.py", "def f(\n")))
            .is(400)
            .json();

    Shape.of("line int").fits(one.at("/detail/details"));
    Shape.of("line int; file str").fits(many.at("/detail/details"));
  }

  @Test
  void aTemplateThatIsNotThereIsAText() {
    assertJson(ada.get("/api/templates/x").is(404), "{\"detail\":\"Template not found: x\"}");
  }

  static Stream<Arguments> misdirected() {
    return Stream.of(
        Arguments.of("GET", "/nothing", 404, "Not Found"),
        Arguments.of("DELETE", "/apps", 405, "Method Not Allowed"),
        Arguments.of("POST", "/templates", 405, "Method Not Allowed"));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("misdirected")
  void isMisdirected(String method, String path, int status, String detail) {
    assertJson(
        ada.send(method, "/api" + path, Optional.of("{}")).is(status),
        "{\"detail\":\"%s\"}".formatted(detail));
  }

  @Test
  void aMethodThatIsNotThereNamesThoseThatAre() {
    assertThat(ada.delete("/api/apps").is(405).headers().firstValue("Allow").orElseThrow())
        .contains("GET", "POST");
    assertThat(ada.delete("/api/v1/events").is(405).headers().firstValue("Allow")).contains("GET");
  }

  @Test
  void aBodyThatIsNotJsonIsRefused() {
    for (String type : new String[] {"text/plain", "application/yaml", "application/xml"}) {
      assertJson(
          ada.with("Content-Type", type)
              .send("POST", "/api/apps", Optional.of("name: x\ncode: ''\n"))
              .is(415),
          "{\"detail\":\"Unsupported Media Type\"}");
    }
  }

  @Test
  void answersAreJsonWhateverIsAskedFor() {
    for (String type : new String[] {"text/html", "application/yaml"}) {
      Api picky = ada.with("Accept", type);

      assertJson(picky.get("/api/apps").is(406), "{\"detail\":\"Not Acceptable\"}");
      assertThat(picky.get("/api/apps/abcdefgh").is(404).json().at("/detail/code").asString())
          .isEqualTo("NOT_FOUND");
      assertThat(
              picky.send("POST", "/api/apps", Optional.of("{")).is(422).json().at("/detail/0/type"))
          .hasToString("\"json_invalid\"");
    }
  }

  static Stream<Arguments> unparsable() {
    return Stream.of(
        Arguments.of("{\"name\": ", 9),
        Arguments.of("{\"name\": hunter2}", 9),
        Arguments.of("{\"name\": \"x\", \"name\": \"y\"}", 20),
        Arguments.of("{\"name\": \"x\"} {}", 14),
        Arguments.of("{\"name\": \"x\",}", 13),
        Arguments.of("", 0));
  }

  @ParameterizedTest
  @MethodSource("unparsable")
  void brokenJsonIsNamedWithItsPlace(String body, int place) {
    JsonNode detail =
        ada.send("POST", "/api/apps", Optional.of(body)).is(422).json().path("detail");

    assertThat(detail).hasSize(1);
    JsonNode fault = FAULT.fits(detail.get(0));
    assertThat(fault.path("type").asString()).isEqualTo("json_invalid");
    assertThat(fault.path("loc").get(0).asString()).isEqualTo("body");
    assertThat(fault.path("loc").get(1).asInt())
        .isCloseTo(place, org.assertj.core.data.Offset.offset(1));
    assertThat(fault.path("msg").asString()).doesNotContain("Source", "tools.jackson");
  }

  @Test
  void whatIsNoNumberIsNamedWithItsPlace() {
    assertNoNumber(ada.post(path("/rollback/x"), Map.of()), "path", "version_index");
    assertNoNumber(ada.post(path("/rollback/x?y=1"), Map.of()), "path", "version_index");
    assertNoNumber(ada.get(path("/logs?tail_lines=x")), "query", "tail_lines");
    assertNoNumber(ada.get(path("/logs?since_seconds=x")), "query", "since_seconds");
  }

  @Test
  void fieldsThatNobodyKnowsAreIgnored() {
    JsonNode made =
        ada.post(
                "/api/apps",
                Map.of("name", "x", "code", CODE, "colour", "blue", "author", "mallory"))
            .ok();

    assertThat(made.path("name").asString()).isEqualTo("x");
  }

  @Test
  void aSlashAtTheEndLeadsToTheRoute() {
    for (String method : new String[] {"GET", "POST"}) {
      assertThat(
              ada.send(method, "/api/apps/?a=b", Optional.of("{}"))
                  .is(307)
                  .headers()
                  .firstValue("Location"))
          .contains("/api/apps?a=b");
    }
  }

  @Test
  void v1SaysWhatIsWrongAsAProblem() {
    String v1 = "/api/v1/apps/" + app;
    assertProblem(ada.get("/api/v1/apps/abcdefgh/deploys"), 404, "App not found: abcdefgh");
    assertProblem(ada.get(v1 + "/deploys/9"), 404, "App %s has no version 9".formatted(app));
    assertProblem(ada.get(v1 + "/deploys/x"), 422, "[path, version]: Input should be a valid");
    assertProblem(ada.get(v1 + "/deploys?limit=x"), 422, "[query, limit]: Input should be a valid");
    assertProblem(rollBack("{"), 422, "[body, 1]: JSON decode error: Unexpected end-of-input");
    assertProblem(rollBack("{}"), 422, "[body, version]: Field required");
    assertProblem(
        rollBack("{\"version\": \"1\"}"), 422, "[body, version]: Input should be a valid");
    assertProblem(rollBack("{\"version\": 1.9}"), 422, "[body, version]: Input should be a valid");
    assertProblem(rollBack("{\"version\": null}"), 422, "[body, version]: ");
    assertProblem(ada.get("/api/v1/nothing"), 404, "");
    assertProblem(ada.delete("/api/v1/events"), 405, "Method 'DELETE' is not supported");
    assertProblem(ada.with("Content-Type", "text/plain").post(v1 + "/rollback", ""), 415, "");
    assertThat(ada.get("/api/v1/apps/abcdefgh/deploys").json().path("code").asString())
        .isEqualTo("NOT_FOUND");
  }

  @Test
  void aFaultOfThePlatformIsAText() {
    Api carl = headrace.signUp("carl");
    damage("users", Filters.eq("username", "carl"), "created_at");

    assertFault(
        headrace
            .anonymous()
            .post("/api/auth/login", Map.of("username", "carl", "password", "correct horse")));
    assertFault(carl.get("/api/apps"));
    assertFault(carl.with("Accept", "text/html").get("/api/apps"));
    assertProblem(carl.get("/api/v1/apps/abcdefgh/deploys"), 500, "Internal Server Error");
  }

  @Test
  void aFaultInV1IsAProblem() {
    Author dora = Author.signedUp(headrace, "dora");
    String theirs = dora.live(CODE);
    damage("deploys", Filters.eq("app", theirs), "outcome");

    assertProblem(
        dora.api().get("/api/v1/apps/" + theirs + "/deploys"),
        500,
        "Headrace could not answer this request; its log says why.");
  }

  @Test
  void theAddressOfFaultsLeadsNowhere() {
    assertJson(headrace.anonymous().get("/error").is(404), "{\"detail\":\"Not Found\"}");
  }

  private static Api.Answer rollBack(String body) {
    return ada.send("POST", "/api/v1/apps/" + app + "/rollback", Optional.of(body));
  }

  /** Takes something away that every document of its kind has. */
  private static void damage(String collection, org.bson.conversions.Bson document, String field) {
    assertThat(
            headrace
                .part(MongoDatabase.class)
                .getCollection(collection)
                .updateOne(document, Updates.unset(field))
                .getModifiedCount())
        .isEqualTo(1);
  }

  private static void assertFault(Api.Answer answer) {
    assertThat(answer.is(500).text()).isEqualTo("Internal Server Error");
    assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
  }

  private static void assertJson(Api.Answer answer, String body) {
    assertThat(answer.text()).isEqualTo(body);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
  }

  private static void assertProblem(Api.Answer answer, int status, String detail) {
    JsonNode problem = answer.is(status).json();
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(problem.path("status").asInt()).isEqualTo(status);
    assertThat(problem.path("detail").asString()).startsWith(detail);
  }

  private static void assertNoNumber(Api.Answer answer, String where, String name) {
    JsonNode fault = FAULT.fits(answer.is(422).json().path("detail").get(0));
    assertThat(fault.path("type").asString()).isEqualTo("int_parsing");
    assertThat(fault.path("loc").toString()).isEqualTo("[\"%s\",\"%s\"]".formatted(where, name));
    assertThat(fault.path("input").asString()).isEqualTo("x");
  }

  private static String path(String rest) {
    return "/api/apps/" + app + rest;
  }
}
