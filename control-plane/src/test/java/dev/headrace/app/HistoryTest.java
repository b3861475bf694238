package dev.headrace.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.Api;
import dev.headrace.Author;
import dev.headrace.RunningHeadrace;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class HistoryTest {
  private static final String CODE =
      """
      from fastapi import FastAPI
      app = FastAPI()
      said = "%s"
      """;

  @TempDir private static Path data;
  @AutoClose private static RunningHeadrace headrace;
  private static Author ada;
  private static Author bob;

  @BeforeAll
  static void start() {
    headrace = RunningHeadrace.on(data);
    ada = Author.signedUp(headrace, "ada");
    bob = Author.signedUp(headrace, "bob");
  }

  private static JsonNode version(String app, int version) {
    return ada.api().get("/api/v1/apps/%s/deploys/%d".formatted(app, version)).ok();
  }

  private static Instant at(JsonNode deploy) {
    return Instant.parse(deploy.path("committed_at").asString());
  }

  private static Api.Answer then(Author person, String app, Instant time) {
    return person.api().get("/api/v1/apps/%s/deploys/at?time=%s".formatted(app, time));
  }

  @Test
  void whatAnAppAndThePlatformWereAtATimeIsTold() {
    String app = ada.live(CODE.formatted("first"));
    Instant first = at(version(app, 1));
    int newest = 1;
    while (at(version(app, newest)).equals(first)) { // times are to the second
      newest = ada.deploy(app, CODE.formatted("later " + newest));
    }
    JsonNode last = version(app, newest);

    assertThat(then(ada, app, at(last)).ok().path("version").asInt()).isEqualTo(newest);
    assertThat(then(ada, app, at(last).plusSeconds(3600)).ok().path("version").asInt())
        .isEqualTo(newest);
    assertThat(then(ada, app, at(last).minusSeconds(1)).ok().path("version").asInt())
        .isEqualTo(newest - 1);
    then(ada, app, first.minusSeconds(1)).is(404);
    then(bob, app, at(last)).is(404);
    assertThat(
            ada.api()
                .get("/api/v1/admin/git/at?time=" + at(last).plusSeconds(3600))
                .ok()
                .path("commit"))
        .isEqualTo(last.path("commit"));
    ada.api().get("/api/v1/admin/git/at?time=" + first.minusSeconds(3600)).is(404);
    bob.api().get("/api/v1/admin/git/at").is(403);
  }

  @Test
  void aNewNameIsNoNewVersion() {
    String app = ada.live(CODE.formatted("named"));
    ada.api().put("/api/apps/" + app, Map.of("name", "another name")).ok();

    assertThat(then(ada, app, Instant.now().plusSeconds(3600)).ok().path("version").asInt())
        .isEqualTo(1);
  }

  @Test
  void whatIsNoTimeIsRefused() {
    String app = ada.live(CODE.formatted("x"));
    Api.Answer refused =
        ada.api().get("/api/v1/apps/" + app + "/deploys/at?time=yesterday").is(422);
    assertThat(refused.text()).contains("time").contains("2026-03-04T05:06:07Z");
  }
}
