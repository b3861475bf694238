package dev.headrace.delivery.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.Author;
import dev.headrace.RunningHeadrace;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What ended by itself comes back by itself. */
class RestartTest {
  private static final String MORTAL =
      """
      import os
      import secrets
      from fastapi import FastAPI
      app = FastAPI()
      born = secrets.token_hex()
      @app.get("/")
      def who():
          return {"born": born, "says": "%s"}
      @app.get("/end")
      def end():
          os._exit(3)
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
  void anAppThatEndsIsStartedAgainAndSaysSoMeanwhile() {
    String app = ada.live(MORTAL.formatted("hello"));
    endsIn(app);
    endsAgainIn(app);

    JsonNode status =
        ada.api()
            .eventually(
                "/api/apps/" + app + "/deploy-status",
                answer -> answer.json().path("status").asString().equals("error"))
            .json();
    assertThat(status.path("last_error").asString()).contains("exit code 3");
    assertThat(status.path("pod_status").asString()).isEqualTo("NotReady");
    assertThat(status.path("deployment_ready").asBoolean()).isFalse();

    ada.visitor(app).eventually("/", answer -> answer.status() == 200);
    JsonNode recovered =
        ada.api()
            .eventually(
                "/api/apps/" + app + "/deploy-status",
                answer -> answer.json().path("status").asString().equals("running"))
            .json();
    assertThat(recovered.path("last_error").isNull()).isTrue();
    assertThat(recovered.path("deployment_ready").asBoolean()).isTrue();
  }

  @Test
  void whileAnAppIsDownItsAddressSaysWhenToComeBack() {
    String app = ada.live(MORTAL.formatted("hello"));
    endsIn(app);
    endsAgainIn(app);

    var refused =
        ada.visitor(app)
            .eventually("/", answer -> answer.text().startsWith("This app does not run"));

    assertThat(refused.is(503).headers().firstValue("Retry-After")).hasValue("2");
  }

  @Test
  void allAppsComeBackWhenTheProcessThatTheyAreForkedFromEnds() {
    List<String> apps =
        Stream.of("one", "two", "three").map(says -> ada.live(MORTAL.formatted(says))).toList();
    List<String> before = apps.stream().map(app -> ada.visitor(app).get("/").text()).toList();

    headrace.forkServer().destroyForcibly();

    for (int i = 0; i < apps.size(); i++) {
      String old = before.get(i);
      JsonNode now =
          ada.visitor(apps.get(i))
              .eventually("/", answer -> answer.status() == 200 && !answer.text().equals(old))
              .json();
      assertThat(now.path("says").asString()).isEqualTo(List.of("one", "two", "three").get(i));
    }
  }

  @Test
  void aDeployUnderWayWhenTheForkServerEndsIsTriedAgainAndLive() {
    String app = ada.live(MORTAL.formatted("old"));
    String slow =
        """
        import time
        time.sleep(2)
        """;
    int version = ada.deploy(app, slow + MORTAL.formatted("new"));
    ada.api()
        .eventually(
            "/api/v1/apps/%s/deploys/%d".formatted(app, version),
            answer -> answer.text().contains("\"starting\""));

    headrace.forkServer().destroyForcibly();

    assertThat(ada.api().outcome(app, version).path("outcome").asString()).isEqualTo("live");
    assertThat(ada.visitor(app).get("/").ok().path("says").asString()).isEqualTo("new");
  }

  @Test
  void afterARestartOfThePlatformAppsAnswerAgain(@TempDir Path elsewhere) {
    String app;
    String userId;
    try (RunningHeadrace first = RunningHeadrace.on(elsewhere)) {
      Author author = Author.signedUp(first, "bob");
      userId = author.userId();
      app = author.live(MORTAL.formatted("kept"));
      author.deploy(app, MORTAL.formatted("broken") + "\n1 / 0\n");
      assertThat(author.api().outcome(app, 2).path("outcome").asString()).isEqualTo("failed");
    }
    try (RunningHeadrace second = RunningHeadrace.on(elsewhere)) {
      Author author = new Author(second, second.anonymous().logIn("bob", "correct horse"), userId);

      JsonNode answer = author.visitor(app).eventually("/", visit -> visit.status() == 200).json();

      assertThat(answer.path("says").asString())
          .as("the newest version cannot start, so the last one that was live serves")
          .isEqualTo("kept");
      assertThat(author.deployStatus(app).path("status").asString()).isEqualTo("error");
    }
  }

  /** The first wait is half a second; after the second end it is a second, time enough to look. */
  private static void endsAgainIn(String app) {
    ada.visitor(app).eventually("/", answer -> answer.status() == 200);
    endsIn(app);
  }

  private static void endsIn(String app) {
    assertThat(ada.visitor(app).get("/end").status()).isGreaterThanOrEqualTo(500);
  }
}
