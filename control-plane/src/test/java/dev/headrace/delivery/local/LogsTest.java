package dev.headrace.delivery.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.Author;
import dev.headrace.RunningHeadrace;
import dev.headrace.delivery.DeliveryEngine;
import dev.headrace.git.AppId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What an app wrote can be read, and nothing is said that is not so. */
class LogsTest {
  private static final String SILENT =
      """
      from fastapi import FastAPI
      app = FastAPI()
      @app.get("/say/{what}")
      def say(what: str):
          print("it says", what)
      @app.get("/fail")
      def fail():
          return {}["missing"]
      """;

  @TempDir private static Path data;
  @AutoClose private static RunningHeadrace headrace;
  private static Author ada;

  @BeforeAll
  static void start() {
    headrace = RunningHeadrace.on(data);
    ada = Author.signedUp(headrace, "ada");
  }

  @Test
  void anAppThatWroteNothingIsStillThere() {
    String app = ada.live(SILENT);

    JsonNode page = ada.api().get("/api/apps/" + app + "/logs").ok();

    assertThat(page.path("logs")).isEmpty();
    assertThat(page.path("pod_name").asString()).startsWith("app-" + app);
    assertThat(page.path("error").isNull()).isTrue();
  }

  @Test
  void aDeletedAppsLogIsNotKept() {
    String app = ada.live(SILENT);
    DeliveryEngine engine = headrace.part(DeliveryEngine.class);
    assertThat(engine.logs(new AppId(app), 1, Optional.empty()).instance()).isPresent();

    ada.api().delete("/api/apps/" + app).ok();

    Instant deadline = Instant.now().plusSeconds(30);
    while (engine.logs(new AppId(app), 1, Optional.empty()).instance().isPresent()) {
      assertThat(Instant.now()).isBefore(deadline);
      Thread.onSpinWait();
    }
  }

  @Test
  void whatItPrintsAndHowItFailsIsThereInOrder() {
    String app = ada.live(SILENT);
    ada.visitor(app).get("/say/one").is(200);
    ada.visitor(app).get("/say/two").is(200);
    ada.visitor(app).get("/fail").is(500);

    JsonNode page =
        ada.api()
            .eventually(
                "/api/apps/" + app + "/logs",
                answer -> answer.text().contains("KeyError") && answer.text().contains("/fail"))
            .json();

    assertThat(page.path("logs").valueStream().map(line -> line.path("message").asString()))
        .containsSubsequence(
            "it says one",
            "it says two",
            "Traceback (most recent call last):",
            "KeyError: 'missing'")
        .noneMatch(line -> line.contains("headrace_runner"));
    assertThat(page.path("logs").get(0).path("timestamp").asString()).endsWith("Z");
  }

  @Test
  void aTailIsTheNewestLinesAndSaysThatThereAreMore() {
    String app = ada.live(SILENT);
    for (int i = 0; i < 5; i++) {
      ada.visitor(app).get("/say/line" + i).is(200);
    }
    ada.api()
        .eventually("/api/apps/" + app + "/logs", answer -> answer.text().contains("/say/line4"));

    JsonNode tail = ada.api().get("/api/apps/" + app + "/logs?tail_lines=2").ok();

    assertThat(tail.path("logs")).hasSize(2);
    assertThat(tail.path("truncated").asBoolean()).isTrue();
    assertThat(tail.toString()).contains("line4").doesNotContain("line3");
  }

  @Test
  void anAppThatNeverStartedSaysWhy() {
    String app =
        ada.create(
            """
            import fastapi.nothing
            from fastapi import FastAPI
            app = FastAPI()
            """);
    ada.api().outcome(app, 1);

    JsonNode page =
        ada.api()
            .eventually(
                "/api/apps/" + app + "/logs",
                answer -> answer.text().contains("ModuleNotFoundError"))
            .json();

    assertThat(page.path("error").isNull()).isTrue();
  }
}
