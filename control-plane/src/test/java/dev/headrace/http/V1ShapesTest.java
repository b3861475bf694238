package dev.headrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.Api;
import dev.headrace.Author;
import dev.headrace.RunningHeadrace;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is answered below {@code /api/v1}: a fixed set of fields, null where there is nothing. */
class V1ShapesTest {
  private static final String CODE = "from fastapi import FastAPI\napp = FastAPI()\n";
  private static final Shape HISTORY = Shape.of("app_id str; deploys list; next_before str/null");
  private static final Shape DEPLOY =
      Shape.of(
          "app_id str; version int/null; deploy_id str; commit str; action str; actor map; via str; "
              + "reason str/null; restores map/null; committed_at str; outcome str; stages list; "
              + "failure map/null; superseded_by int/null; serving bool");
  private static final Shape STAGE = Shape.of("id int; stage str; at str");
  private static final Shape FAILURE =
      Shape.of(
          "stage str; cause str; evidence str/null; next_step str; file str/null; line int/null");

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
    author.deploy(app, CODE + "1 / 0\n");
    ada.outcome(app, 2);
    ada.put("/api/apps/" + app, Map.of("name", "renamed")).ok();
  }

  @Test
  void history() {
    JsonNode all = HISTORY.fits(ada.get(path("/deploys")).ok());
    JsonNode page = HISTORY.fits(ada.get(path("/deploys?limit=1")).ok());

    all.path("deploys").valueStream().forEach(V1ShapesTest::assertDeploy);
    assertThat(all.path("next_before").isNull()).isTrue();
    assertThat(page.path("deploys")).hasSize(1);
    assertThat(page.path("next_before")).isEqualTo(page.path("deploys").get(0).path("commit"));
  }

  @Test
  void aDeployThatFailed() {
    JsonNode failed = assertDeploy(ada.get(path("/deploys/2")).ok());

    JsonNode failure = FAILURE.fits(failed.path("failure"));
    assertThat(failure.path("line").asInt()).isEqualTo(3);
    assertThat(failed.path("restores").isNull()).isTrue();
  }

  @Test
  void aRollback() {
    Author other = Author.signedUp(headrace, "bob");
    String theirs = other.live(CODE);
    String rollback = "/api/v1/apps/" + theirs + "/rollback";

    Api.Answer answer = other.api().post(rollback, Map.of("version", 1));

    JsonNode deploy = assertDeploy(answer.ok());
    Shape.of("commit str; version int/null").fits(deploy.path("restores"));
    assertThat(answer.headers().firstValue("ETag"))
        .contains('"' + deploy.path("commit").asString() + '"');
  }

  @Test
  void theSourceOfAVersion() {
    JsonNode source =
        Shape.of("mode str; entrypoint str; files map")
            .fits(ada.get(path("/deploys/1/source")).ok());

    assertThat(source.path("files").path("main.py").asString()).isEqualTo(CODE);
  }

  @Test
  void theEventsOfADeploy() {
    try (Stream<String> lines = ada.stream(path("/deploys/1/events"))) {
      List<JsonNode> events =
          lines.filter(line -> line.startsWith("data:")).map(V1ShapesTest::event).toList();

      events.subList(0, events.size() - 1).forEach(STAGE::fits);
      assertDeploy(events.getLast());
    }
  }

  @Test
  void theEventThatAnAppIsGone() {
    String doomed = author.live(CODE);
    try (Stream<String> lines = ada.stream("/api/v1/events")) {
      assertThat(
              lines
                  .peek(line -> {
                    if (line.startsWith(":watching")) {
                      ada.delete("/api/apps/" + doomed).ok();
                    }
                  })
                  .dropWhile(line -> !line.equals("event:gone"))
                  .filter(line -> line.startsWith("data:"))
                  .findFirst())
          .contains("data:{\"app_id\":\"%s\"}".formatted(doomed));
    }
  }

  private static JsonNode assertDeploy(JsonNode deploy) {
    DEPLOY.fits(deploy);
    Shape.of("id str; username str").fits(deploy.path("actor"));
    deploy.path("stages").valueStream().forEach(STAGE::fits);
    assertThat(deploy.path("commit").asString()).matches("[0-9a-f]{40}");
    return deploy;
  }

  private static JsonNode event(String line) {
    return new JsonMapper().readTree(line.substring("data:".length()));
  }

  private static String path(String rest) {
    return "/api/v1/apps/" + app + rest;
  }
}
