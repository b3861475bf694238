package dev.headrace.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.Api;
import dev.headrace.RunningHeadrace;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.CommitId;
import dev.headrace.git.PlatformRepository;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** From a request to an app that answers, through a real commit and real processes. */
class DeployTest {
  private static final String HELLO =
      """
      from fastapi import FastAPI
      app = FastAPI()
      @app.get("/")
      def hello():
          return {"says": "%s"}
      """;

  @TempDir private static Path data;
  @AutoClose private static RunningHeadrace headrace;
  private static Api ada;

  @BeforeAll
  static void start() {
    headrace = RunningHeadrace.on(data);
    ada = headrace.signUp("ada");
  }

  @Test
  void aNewAppIsLiveAtItsAddress() {
    JsonNode app = create("first");

    assertThat(app.path("status").asString()).isEqualTo("deploying");
    JsonNode deploy = ada.outcome(id(app), 1);

    assertThat(deploy.path("outcome").asString()).isEqualTo("live");
    assertThat(deploy.path("stages").valueStream().map(stage -> stage.path("stage").asString()))
        .containsExactly("committed", "fetched", "applied", "starting", "live");
    assertThat(says(id(app))).isEqualTo("first");
    JsonNode status = ada.get("/api/apps/" + id(app) + "/deploy-status").ok();
    assertThat(status.path("deployment_ready").asBoolean()).isTrue();
    assertThat(status.path("status").asString()).isEqualTo("running");
    assertThat(status.path("pod_status").asString()).isEqualTo("Running");
  }

  @Test
  void everyChangeIsOneCommitByItsAuthor() {
    CommitId before = repository().head();
    JsonNode app = create("one");
    ada.put(path(app), Map.of("code", HELLO.formatted("two"), "reason", "Say two")).ok();
    ada.put(path(app), Map.of("name", "renamed")).ok();
    ada.delete(path(app)).ok();

    try (Stream<AppCommit> commits =
        repository().between(Optional.of(before), repository().head())) {
      assertThat(commits.filter(commit -> commit.app().value().equals(id(app))))
          .extracting(
              commit -> commit.action().name(),
              commit -> commit.version().isPresent() ? commit.version().getAsInt() : 0,
              commit -> commit.actor().username(),
              commit -> commit.reason().orElse("-"))
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple("DEPLOY", 1, "ada", "-"),
              org.assertj.core.groups.Tuple.tuple("DEPLOY", 2, "ada", "Say two"),
              org.assertj.core.groups.Tuple.tuple("RENAME", 0, "ada", "-"),
              org.assertj.core.groups.Tuple.tuple("DELETE", 0, "ada", "-"));
    }
  }

  @Test
  void aVersionThatEndsAtItsStartFailsAndTheOneBeforeServes() {
    JsonNode app = live("good");
    ada.put(path(app), Map.of("code", HELLO.formatted("bad") + "\nboom = 1 / 0\n")).ok();

    JsonNode failed = ada.outcome(id(app), 2);

    assertThat(failed.path("outcome").asString()).isEqualTo("failed");
    assertThat(failed.path("failure").path("cause").asString()).contains("division by zero");
    assertThat(failed.path("failure").path("evidence").asString())
        .contains("boom = 1 / 0")
        .doesNotContain("headrace_runner");
    assertThat(failed.path("failure").path("file").asString()).isEqualTo("main.py");
    assertThat(failed.path("failure").path("line").asInt()).isEqualTo(7);
    assertThat(says(id(app))).isEqualTo("good");
    assertThat(ada.get(path(app)).ok().path("status").asString()).isEqualTo("error");
    assertThat(repository().files(new AppId(id(app)), repository().head()))
        .as("the code that serves stays beside the new code")
        .containsKey("serving/main.py");
  }

  @Test
  void aRollbackIsANewVersionWithTheOldSource() {
    JsonNode app = live("calm");
    ada.put(path(app), Map.of("code", HELLO.formatted("wild"))).ok();
    ada.outcome(id(app), 2);

    JsonNode answer =
        ada.post(
                "/api/v1/apps/" + id(app) + "/rollback", Map.of("version", 1, "reason", "Too wild"))
            .ok();

    assertThat(answer.path("version").asInt()).isEqualTo(3);
    JsonNode deploy = ada.outcome(id(app), 3);
    assertThat(deploy.path("outcome").asString()).isEqualTo("live");
    assertThat(deploy.path("action").asString()).isEqualTo("rollback");
    assertThat(deploy.path("restores").path("version").asInt()).isEqualTo(1);
    assertThat(says(id(app))).isEqualTo("calm");
  }

  @Test
  void todaysClientsRollBackByIndex() {
    JsonNode app = live("one");
    ada.put(path(app), Map.of("code", HELLO.formatted("two"))).ok();
    ada.outcome(id(app), 2);

    JsonNode versions = ada.get(path(app) + "/versions").ok().path("versions");
    assertThat(versions).hasSize(1);
    assertThat(versions.get(0).path("code").asString()).isEqualTo(HELLO.formatted("one"));
    assertThat(versions.get(0).path("code_hash").asString()).hasSize(16);

    assertThat(ada.post(path(app) + "/rollback/1", Map.of()).is(400).json().at("/detail/message"))
        .hasToString("\"Version index 1 is out of range (0-0)\"");
    ada.post(path(app) + "/rollback/0", Map.of()).ok();
    ada.outcome(id(app), 3);
    assertThat(says(id(app))).isEqualTo("one");
  }

  @Test
  void aRenameDeploysNothing() {
    JsonNode app = live("named");
    ada.put(path(app), Map.of("name", "Another name")).ok();

    JsonNode detail = ada.get(path(app)).ok();
    assertThat(detail.path("name").asString()).isEqualTo("Another name");
    assertThat(detail.path("status").asString()).isEqualTo("running");
    assertThat(ada.get(path(app) + "/versions").ok().path("versions")).isEmpty();
  }

  @Test
  void anotherPlanIsADeployOfTheSameCode() {
    JsonNode app = live("bigger");
    assertThat(ada.get(path(app)).ok().path("resources").asString()).isEqualTo("small");

    ada.put(path(app), Map.of("resources", "medium")).ok();

    assertThat(ada.outcome(id(app), 2).path("outcome").asString()).isEqualTo("live");
    assertThat(says(id(app))).isEqualTo("bigger");
    assertThat(ada.get(path(app)).ok().path("resources").asString()).isEqualTo("medium");
    ada.put(path(app), Map.of("code", HELLO.formatted("more"))).ok();
    assertThat(ada.get(path(app)).ok().path("resources").asString()).isEqualTo("medium");
  }

  @Test
  void anUnchangedDeployIsACommitAndLiveAtOnce() {
    JsonNode app = live("same");
    ada.put(path(app), Map.of("code", HELLO.formatted("same"))).ok();

    assertThat(ada.outcome(id(app), 2).path("outcome").asString()).isEqualTo("live");
    assertThat(ada.get("/api/v1/apps/" + id(app) + "/deploys/2").ok().path("serving").asBoolean())
        .isTrue();
  }

  @Test
  void aRequestSentTwiceDeploysOnce() {
    Api retrying = ada.with("Idempotency-Key", "01JDZZZZZZZZZZZZZZZZZZZZZZ");
    Map<String, Object> request = Map.of("name", "once", "code", HELLO.formatted("once"));

    JsonNode first = retrying.post("/api/apps", request).ok();
    CommitId after = repository().head();
    JsonNode second = retrying.post("/api/apps", request).ok();

    assertThat(id(second)).isEqualTo(id(first));
    assertThat(repository().head()).isEqualTo(after);
    Map<String, Object> other = Map.of("name", "once", "code", HELLO.formatted("other"));
    assertThat(retrying.post("/api/apps", other).is(409).json().at("/detail/code").asString())
        .isEqualTo("CONFLICT");
  }

  @Test
  void everyChangeMayBeSentAgain() {
    JsonNode app = live("again");
    Api update = ada.with("Idempotency-Key", "01JDZZZZZZZZZZZZZZZZZZZZZ1");
    Api other = ada.with("Idempotency-Key", "01JDZZZZZZZZZZZZZZZZZZZZZ2");
    Api rollback = ada.with("Idempotency-Key", "01JDZZZZZZZZZZZZZZZZZZZZZ3");
    Api delete = ada.with("Idempotency-Key", "01JDZZZZZZZZZZZZZZZZZZZZZ4");
    Map<String, Object> second = Map.of("code", HELLO.formatted("second"));

    String commit = etag(update.put(path(app), second));
    etag(other.put(path(app), Map.of("code", HELLO.formatted("third"))));
    assertThat(etag(update.put(path(app), second))).isEqualTo(commit);
    update.put(path(app), Map.of("code", HELLO.formatted("not the second"))).is(409);

    String restored = etag(rollback.post(path(app) + "/rollback/0", Map.of()));
    assertThat(etag(rollback.post(path(app) + "/rollback/0", Map.of()))).isEqualTo(restored);

    delete.delete(path(app)).ok();
    CommitId after = repository().head();
    delete.delete(path(app)).ok();
    assertThat(repository().head()).isEqualTo(after);
  }

  @Test
  void aChangeToWhatSomebodyElseChangedMeanwhileIsRefused() {
    JsonNode app = live("read");
    String seen = etag(ada.get(path(app)));
    ada.put(path(app), Map.of("code", HELLO.formatted("theirs"))).ok();

    Api stale = ada.with("If-Match", seen);
    JsonNode detail =
        stale.put(path(app), Map.of("code", HELLO.formatted("mine"))).is(412).json().path("detail");

    assertThat(detail.path("code").asString()).isEqualTo("PRECONDITION_FAILED");
    ada.with("If-Match", etag(ada.get(path(app))))
        .put(path(app), Map.of("code", HELLO.formatted("mine")))
        .ok();
  }

  @Test
  void aDeletedAppIsGoneForGood() {
    JsonNode app = live("gone");
    ada.delete(path(app)).ok();

    ada.get(path(app)).is(404);
    ada.put(path(app), Map.of("code", HELLO.formatted("back"))).is(404);
    assertThat(ada.get("/api/apps").ok().valueStream().map(DeployTest::id)).doesNotContain(id(app));
    appsPort().eventually(byPath(id(app), "/"), answer -> answer.status() == 404);
  }

  @Test
  void changesAtTheSameTimeAreAllVersionsAndTheNewestIsLive() throws Exception {
    JsonNode app = live("start");
    List<Callable<Api.Answer>> changes = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String code = HELLO.formatted("change " + i);
      changes.add(() -> ada.put(path(app), Map.of("code", code)));
    }
    try (ExecutorService people = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Api.Answer> answer : people.invokeAll(changes)) {
        answer.get().ok();
      }
    }

    assertThat(ada.outcome(id(app), 9).path("outcome").asString()).isEqualTo("live");
    List<JsonNode> deploys =
        ada.get("/api/v1/apps/" + id(app) + "/deploys").ok().path("deploys").valueStream().toList();
    assertThat(deploys)
        .extracting(deploy -> deploy.path("version").asInt())
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 9).map(i -> 10 - i).boxed().toList());
    assertThat(deploys)
        .extracting(deploy -> deploy.path("outcome").asString())
        .isSubsetOf("live", "superseded");
    String newest =
        repository().files(new AppId(id(app)), repository().head()).entrySet().stream()
            .filter(file -> file.getKey().equals("src/main.py"))
            .map(file -> new String(file.getValue(), java.nio.charset.StandardCharsets.UTF_8))
            .findFirst()
            .orElseThrow();
    assertThat(newest).contains('"' + says(id(app)) + '"');
  }

  @Test
  void ofChangesAtTheSameTimeToTheSameBaseOneIsMade() throws Exception {
    JsonNode app = live("base");
    String base = etag(ada.get(path(app)));
    List<Callable<Integer>> changes = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String code = HELLO.formatted("mine " + i);
      changes.add(() -> ada.with("If-Match", base).put(path(app), Map.of("code", code)).status());
    }

    List<Integer> answers = new ArrayList<>();
    try (ExecutorService people = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Integer> answer : people.invokeAll(changes)) {
        answers.add(answer.get());
      }
    }

    assertThat(answers).containsOnly(200, 412).containsOnlyOnce(200);
  }

  @Test
  void aDeployIdThatWasUsedForAnotherNameIsRefused() {
    Api once = ada.with("Idempotency-Key", "01M7Z2FJF5VJ3Z4DDT5ZEWVYZ9");
    once.post("/api/apps", Map.of("name", "one", "code", HELLO.formatted("x"))).ok();

    Api.Answer other = once.post("/api/apps", Map.of("name", "two", "code", HELLO.formatted("x")));

    assertThat(other.status()).isEqualTo(409);
  }

  @Test
  void aDeployIdThatWasUsedForAnotherRollbackIsRefused() {
    JsonNode app = live("first");
    ada.put(path(app), Map.of("code", HELLO.formatted("second"))).ok();
    ada.put(path(app), Map.of("code", HELLO.formatted("third"))).ok();
    Api once = ada.with("Idempotency-Key", "01M7Z2FJF5VJ3Z4DDT5ZEWVYZ8");
    String made = etag(once.send("POST", path(app) + "/rollback/1", Optional.empty()));

    assertThat(etag(once.send("POST", path(app) + "/rollback/1", Optional.empty())))
        .isEqualTo(made);
    assertThat(once.send("POST", path(app) + "/rollback/0", Optional.empty()).status())
        .isEqualTo(409);
  }

  @Test
  void anEventStreamIsResumedAfterTheLastEventSeen() {
    JsonNode app = live("stream");

    try (Stream<String> lines =
        ada.with("Last-Event-ID", "3").stream("/api/v1/apps/" + id(app) + "/deploys/1/events")) {
      assertThat(lines.filter(line -> line.startsWith("id:")))
          .containsExactly("id:4", "id:5", "id:5");
    }
  }

  private static String etag(Api.Answer answer) {
    answer.ok();
    return answer.headers().firstValue("ETag").orElseThrow();
  }

  private static PlatformRepository repository() {
    return headrace.part(PlatformRepository.class);
  }

  private static JsonNode create(String says) {
    return ada.post("/api/apps", Map.of("name", says, "code", HELLO.formatted(says))).ok();
  }

  private static JsonNode live(String says) {
    JsonNode app = create(says);
    assertThat(ada.outcome(id(app), 1).path("outcome").asString()).isEqualTo("live");
    return app;
  }

  private static String says(String app) {
    return appsPort().get(byPath(app, "/")).ok().path("says").asString();
  }

  private static Api appsPort() {
    String url = ada.get("/api/apps").ok().get(0).path("deployment_url").asString();
    return headrace.anonymousAt("http://127.0.0.1" + url.substring(url.lastIndexOf(':')));
  }

  private static String byPath(String app, String path) {
    String owner = ada.get("/api/auth/me").ok().path("id").asString();
    return "/user/%s/app/%s%s".formatted(owner, app, path);
  }

  private static String path(JsonNode app) {
    return "/api/apps/" + id(app);
  }

  private static String id(JsonNode app) {
    return app.path("app_id").asString();
  }
}
