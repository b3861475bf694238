package dev.headrace.upgrade;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.Author;
import dev.headrace.RunningHeadrace;
import dev.headrace.delivery.DeliveryEngine;
import dev.headrace.git.Action;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.CommitId;
import dev.headrace.git.PlatformRepository;
import dev.headrace.git.Via;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Apps made by one Headrace, brought to what the next one renders. */
class UpgradeTest {
  private static final String UPGRADE = "/api/v1/admin/upgrade";
  private static final String HELLO =
      """
      import secrets
      from fastapi import FastAPI
      app = FastAPI()
      born = secrets.token_hex()
      @app.get("/")
      def hello():
          return {"says": "%s", "born": born}
      """;

  @TempDir private Path data;
  @AutoClose private final Gatekeeper gatekeeper = new Gatekeeper();
  @AutoClose private RunningHeadrace headrace;
  private Author operator;
  private Author ada;

  @BeforeEach
  void startTheOldOne() {
    headrace = RunningHeadrace.on(data);
    operator = Author.signedUp(headrace, "operator");
    ada = Author.signedUp(headrace, "ada");
  }

  @Test
  void everyAppGetsTheNewRenderingByOneCommitOfTheOperator() {
    String live = ada.live(HELLO.formatted("live"));
    ada.deploy(live, HELLO.formatted("live again"));
    outcome(live, 2);
    String stopped = ada.live(HELLO.formatted("stopped"));
    ada.api().post("/api/v1/apps/" + stopped + "/stop", Map.of()).ok();
    outcome(stopped, 2);
    String failed = ada.live(HELLO.formatted("before"));
    ada.deploy(failed, HELLO.formatted("after") + "1 / 0\n");
    outcome(failed, 2);
    String operators = operator.live(HELLO.formatted("operator's"));
    startTheNewOne();
    assertThat(progress().path("state").asString()).isEqualTo("none");
    String renamed = rendersAnewByARename(live);
    String born = visit(ada, live).path("born").asString();
    String digest = newestVersion(live).contentDigest().orElseThrow();

    JsonNode begun = operator.api().post(UPGRADE, Map.of("reason", "CVE-2026-1")).ok();

    assertThat(begun.path("total").asInt()).isEqualTo(4);
    assertThat(begun.path("by").asString()).isEqualTo("operator");
    JsonNode done = ended("done");
    assertThat(done.path("done").asInt()).isEqualTo(4);
    assertThat(done.path("waiting").asInt()).isZero();
    assertThat(done.path("failed")).isEmpty();
    assertThat(done.path("message").isNull()).isTrue();
    for (String app : List.of(live, stopped, failed, operators)) {
      AppCommit commit = head(app);
      assertThat(commit.action()).isEqualTo(Action.UPGRADE);
      assertThat(commit.via()).isEqualTo(Via.SYSTEM);
      assertThat(commit.actor().username()).isEqualTo("operator");
      assertThat(commit.reason()).contains("CVE-2026-1");
      assertThat(file(app, "deployment.yaml")).contains("headrace-runner:next");
    }
    assertThat(head(live).appName()).isEqualTo(renamed);
    assertThat(head(live).contentDigest().orElseThrow()).isNotEqualTo(digest);
    assertThat(visit(ada, live).path("says").asString()).isEqualTo("live again");
    assertThat(visit(ada, live).path("born").asString()).isNotEqualTo(born);
    assertThat(outcome(stopped, 3)).isEqualTo("live");
    assertThat(ada.visitor(stopped).get("/").is(503).text()).startsWith("This app is stopped");
    assertThat(outcome(failed, 3)).isEqualTo("failed");
    assertThat(visit(ada, failed).path("says").asString()).isEqualTo("before");

    CommitId after = repository().head();
    operator.api().send("POST", UPGRADE, Optional.empty()).ok();
    assertThat(ended("done").path("done").asInt()).isEqualTo(4);
    assertThat(repository().head()).as("what is equal needs no commit").isEqualTo(after);
  }

  @Test
  void whenTheFirstAppFailsNoOtherIsTouchedAndWhenTooManyOfAWaveFailNoMore() {
    for (int i = 0; i < 8; i++) {
      ada.live(gatekeeper.appThatAsksAs("app-" + i));
    }
    // The order of the upgrade is that of the ids.
    List<AppId> apps = List.copyOf(repository().apps(repository().head()));
    startTheNewOne();

    refuse(apps.get(0));
    CommitId before = repository().head();
    upgrade();
    JsonNode stopped = ended("stopped");
    assertThat(failedApps(stopped)).containsExactly(apps.get(0).value());
    assertThat(stopped.at("/failed/0/cause").asString()).contains("503");
    assertThat(stopped.path("message").asString())
        .startsWith("Of 1 apps that were upgraded together 1 failed")
        .contains("start the upgrade again");
    assertThat(stopped.path("waiting").asInt()).isEqualTo(7);
    assertThat(upgradedSince(before)).containsExactly(apps.get(0));
    assertThat(ada.visitor(apps.get(0).value()).get("/openapi.json").status()).isEqualTo(200);

    gatekeeper.allowAll();
    refuse(apps.get(2));
    refuse(apps.get(5));
    before = repository().head();
    upgrade();
    stopped = ended("stopped");
    assertThat(upgradedSince(before)).containsExactlyElementsOf(apps.subList(1, 7));
    assertThat(failedApps(stopped))
        .containsExactlyInAnyOrder(apps.get(2).value(), apps.get(5).value());
    assertThat(stopped.path("message").asString()).startsWith("Of 5 apps");
    assertThat(stopped.path("done").asInt()).isEqualTo(5);
    assertThat(stopped.path("waiting").asInt()).isEqualTo(1);

    gatekeeper.allowAll();
    before = repository().head();
    upgrade();
    assertThat(ended("done").path("done").asInt()).isEqualTo(8);
    assertThat(upgradedSince(before)).containsExactly(apps.get(7));
  }

  @Test
  void aFewFailuresInAWaveAreToldAndTheOthersGoOn() {
    for (int i = 0; i < 7; i++) {
      ada.live(gatekeeper.appThatAsksAs("app-" + i));
    }
    List<AppId> apps = List.copyOf(repository().apps(repository().head()));
    startTheNewOne();
    refuse(apps.get(3));

    upgrade();

    JsonNode done = ended("done");
    assertThat(done.path("done").asInt()).isEqualTo(6);
    assertThat(failedApps(done)).containsExactly(apps.get(3).value());
  }

  @Test
  void whatAuthorsChangeMeanwhileIsLeftToThemAndTakenUpAtTheEnd() {
    for (int i = 0; i < 4; i++) {
      ada.live(gatekeeper.appThatAsksAs("app-" + i));
    }
    List<AppId> apps = List.copyOf(repository().apps(repository().head()));
    String awaited = apps.get(0).value();
    String renamed = apps.get(1).value();
    gatekeeper.hold("slow");
    String slow = ada.create(gatekeeper.appThatAsksAs("slow"));
    startTheNewOne();
    gatekeeper.hold(nameOf(apps.get(0)));
    CommitId before = repository().head();

    upgrade();
    ada.api()
        .eventually(
            "/api/v1/apps/" + awaited + "/deploys/2",
            deploy -> deploy.text().contains("\"starting\""));
    assertThat(operator.api().post(UPGRADE, Map.of()).ok().path("state").asString())
        .as("there is one at a time")
        .isEqualTo("running");
    ada.api().put("/api/apps/" + renamed, Map.of("name", "Another name")).ok();
    ada.deploy(awaited, HELLO.formatted("the author's"));
    assertThat(outcome(awaited, 3)).isEqualTo("live");
    assertThat(outcome(awaited, 2)).isEqualTo("superseded");
    operator.api().eventually(UPGRADE, _ -> head(slow).action() == Action.UPGRADE);
    gatekeeper.release("slow");

    JsonNode done = ended("done");
    assertThat(done.path("failed")).isEmpty();
    assertThat(done.path("done").asInt()).isEqualTo(5);
    assertThat(head(awaited).action()).as("it is rendered anew already").isEqualTo(Action.DEPLOY);
    assertThat(head(renamed).appName()).isEqualTo("Another name");
    List<AppId> upgraded = upgradedSince(before);
    assertThat(upgraded).hasSize(5).doesNotHaveDuplicates();
    assertThat(upgraded.subList(3, 5))
        .containsExactlyInAnyOrder(new AppId(renamed), new AppId(slow));
  }

  private void startTheNewOne() {
    headrace.close();
    headrace =
        RunningHeadrace.on(data, Map.of("headrace.cluster.runner-image", "headrace-runner:next"));
    operator = again(operator, "operator");
    ada = again(ada, "ada");
    for (AppId app : repository().apps(repository().head())) {
      if (newestVersion(app.value()).action() != Action.STOP) {
        headrace
            .anonymousAt(headrace.part(DeliveryEngine.class).url(app))
            .eventually("/openapi.json", answer -> answer.status() == 200 || isHeld(app));
      }
    }
  }

  private boolean isHeld(AppId app) {
    return file(app.value(), "src/main.py").contains("/slow");
  }

  private Author again(Author author, String username) {
    return new Author(
        headrace, headrace.anonymous().logIn(username, "correct horse"), author.userId());
  }

  /** The commit of a rename has the new rendering, but is not delivered. */
  private String rendersAnewByARename(String app) {
    ada.api().put("/api/apps/" + app, Map.of("name", "Renamed")).ok();
    assertThat(file(app, "deployment.yaml")).contains("headrace-runner:next");
    return "Renamed";
  }

  private void upgrade() {
    assertThat(operator.api().post(UPGRADE, Map.of()).ok().path("state").asString())
        .isIn("running", "done", "stopped");
  }

  private JsonNode ended(String state) {
    JsonNode progress =
        operator
            .api()
            .eventually(UPGRADE, answer -> !answer.json().path("ended_at").isNull())
            .json();
    assertThat(progress.path("state").asString()).as(progress.toString()).isEqualTo(state);
    return progress;
  }

  private JsonNode progress() {
    return operator.api().get(UPGRADE).ok();
  }

  private static List<String> failedApps(JsonNode progress) {
    return progress
        .path("failed")
        .valueStream()
        .map(failed -> failed.path("app_id").asString())
        .toList();
  }

  private void refuse(AppId app) {
    gatekeeper.refuse(nameOf(app));
  }

  /** Under which it asks. */
  private String nameOf(AppId app) {
    String code = file(app.value(), "src/main.py");
    return code.substring(code.indexOf("/app-") + 1, code.indexOf("\", timeout"));
  }

  private List<AppId> upgradedSince(CommitId before) {
    try (Stream<AppCommit> commits =
        repository().between(Optional.of(before), repository().head())) {
      return commits
          .filter(commit -> commit.action() == Action.UPGRADE)
          .map(AppCommit::app)
          .toList();
    }
  }

  private String file(String app, String path) {
    return new String(
        Objects.requireNonNull(repository().files(new AppId(app), repository().head()).get(path)),
        UTF_8);
  }

  private AppCommit head(String app) {
    return repository().latest(new AppId(app)).orElseThrow();
  }

  private AppCommit newestVersion(String app) {
    return repository().newestVersion(new AppId(app)).orElseThrow();
  }

  private String outcome(String app, int version) {
    return ada.api().outcome(app, version).path("outcome").asString();
  }

  private static JsonNode visit(Author author, String app) {
    return author.visitor(app).get("/").ok();
  }

  private PlatformRepository repository() {
    return headrace.part(PlatformRepository.class);
  }
}
