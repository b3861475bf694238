package dev.headrace.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.Api;
import dev.headrace.Author;
import dev.headrace.RunningHeadrace;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.CommitId;
import dev.headrace.git.PlatformRepository;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Stop, start and restart, each as one commit, with real processes. */
class LifecycleTest {
  private static final String STOPPED = "This app is stopped.\n";
  private static final String APP =
      """
      import os
      import secrets
      from fastapi import FastAPI, Request
      app = FastAPI()
      born = secrets.token_hex()
      @app.get("/")
      def who():
          return {"born": born, "says": "%s"}
      @app.post("/upload")
      async def upload(request: Request):
          print("the upload has begun")
          return {"size": len(await request.body())}
      @app.get("/end")
      def end():
          os._exit(3)
      """;
  private static final String STARTS_FOR_EVER =
      """
      from fastapi import FastAPI
      from starlette.concurrency import anyio
      app = FastAPI()
      print("begun")
      @app.on_event("startup")
      async def never():
          await anyio.sleep_forever()
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
  void ofAStoppedAppNothingRunsAndItsAddressSaysSo() {
    ada.live(APP.formatted("another")); // whose process is not to be counted
    Set<ProcessHandle> before = processes();
    String app = ada.live(APP.formatted("hello"));
    assertThat(processes()).isNotEqualTo(before);

    JsonNode answer = change(app, "stop", Map.of("reason", "Too costly")).ok();

    assertThat(answer.path("version").asInt()).isEqualTo(2);
    assertThat(answer.path("action").asString()).isEqualTo("stop");
    assertThat(answer.path("reason").asString()).isEqualTo("Too costly");
    JsonNode deploy = live(app, 2);
    assertThat(deploy.path("serving").asBoolean()).isFalse();
    assertThat(deploy.path("stages").valueStream().map(stage -> stage.path("stage").asString()))
        .containsExactly("committed", "fetched", "applied", "live");
    assertThat(processes()).as("it is live when the last process has ended").isEqualTo(before);
    assertAnswersThatItIsStopped(app);
    JsonNode status = ada.deployStatus(app);
    assertThat(status.path("status").asString()).isEqualTo("stopped");
    assertThat(status.path("deploy_stage").asString()).isEqualTo("stopped");
    assertThat(status.path("pod_status").asString()).isEqualTo("NotFound");
    assertThat(status.path("deployment_ready").asBoolean()).isFalse();
    assertThat(status.path("last_error").isNull()).isTrue();
    JsonNode detail = ada.api().get("/api/apps/" + app).ok();
    assertThat(detail.path("deployed_code").asString()).isEqualTo(APP.formatted("hello"));
    assertThat(latest(app).reason()).contains("Too costly");
  }

  @Test
  void aRequestUnderWayWhenTheAppIsStoppedEndsWell() throws Exception {
    String app = ada.live(APP.formatted("busy"));
    byte[] half = "x".repeat(50_000).getBytes(StandardCharsets.US_ASCII);
    PipedInputStream body = new PipedInputStream(1 << 17);
    try (ExecutorService visitor = Executors.newSingleThreadExecutor()) {
      Future<Api.Answer> answer;
      try (PipedOutputStream upload = new PipedOutputStream(body)) {
        upload.write(half);
        upload.flush();
        answer =
            visitor.submit(() ->
                ada.visitor(app)
                    .send("POST", "/upload", HttpRequest.BodyPublishers.ofInputStream(() -> body)));
        ada.api()
            .eventually(
                "/api/apps/" + app + "/logs", logs -> logs.text().contains("the upload has begun"));
        change(app, "stop", Map.of()).ok();
        ada.visitor(app).eventually("/", visit -> visit.status() == 503);
        assertThat(outcome(app, 2)).as("somebody is being served").isEqualTo("in_progress");
        upload.write(half);
      }

      assertThat(answer.get().ok().path("size").asInt()).isEqualTo(100_000);
    }
    live(app, 2);
  }

  @Test
  void aStartedAppAnswersAgain() {
    String app = stopped("hello");

    assertThat(change(app, "start", Map.of()).ok().path("action").asString()).isEqualTo("start");

    live(app, 3);
    assertThat(says(app)).isEqualTo("hello");
    assertThat(ada.deployStatus(app).path("status").asString()).isEqualTo("running");
  }

  @Test
  void whatIsSoAlreadyGetsNoCommit() {
    String app = ada.live(APP.formatted("hello"));
    CommitId running = latest(app).id();

    Api.Answer started = change(app, "start", Map.of());
    assertThat(started.ok().path("version").asInt()).isEqualTo(1);
    assertThat(started.headers().firstValue("ETag")).contains('"' + running.sha() + '"');
    assertThat(latest(app).id()).isEqualTo(running);

    change(app, "stop", Map.of()).ok();
    ada.api().put("/api/apps/" + app, Map.of("name", "renamed")).ok();
    CommitId renamed = latest(app).id();
    Api.Answer stopped = change(app, "stop", Map.of());
    assertThat(stopped.ok().path("version").asInt()).isEqualTo(2);
    assertThat(stopped.headers().firstValue("ETag")).contains('"' + renamed.sha() + '"');
    assertThat(latest(app).id()).isEqualTo(renamed);
  }

  @Test
  void aRestartedAppIsAnotherProcessOfTheSameSource() {
    String app = ada.live(APP.formatted("hello"));
    String born = ada.visitor(app).get("/").ok().path("born").asString();

    assertThat(change(app, "restart", Map.of()).ok().path("action").asString())
        .isEqualTo("restart");

    live(app, 2);
    JsonNode now = ada.visitor(app).get("/").ok();
    assertThat(now.path("says").asString()).isEqualTo("hello");
    assertThat(now.path("born").asString()).isNotEqualTo(born);
  }

  @Test
  void aRestartStartsWhatIsStopped() {
    String app = stopped("hello");

    change(app, "restart", Map.of()).ok();

    live(app, 3);
    assertThat(says(app)).isEqualTo("hello");
  }

  @Test
  void aDeployStartsWhatIsStopped() {
    String app = stopped("old");

    ada.deploy(app, APP.formatted("new"));

    live(app, 3);
    assertThat(says(app)).isEqualTo("new");
  }

  @Test
  void aRollbackStartsWhatIsStoppedAlsoToTheVersionThatStoppedIt() {
    String app = stopped("hello");
    ada.deploy(app, APP.formatted("other"));
    live(app, 3);
    change(app, "stop", Map.of()).ok();
    live(app, 4);

    ada.api().post("/api/v1/apps/" + app + "/rollback", Map.of("version", 2)).ok();

    live(app, 5);
    assertThat(says(app)).isEqualTo("hello");
  }

  @Test
  void aRenameLeavesAStoppedAppStopped() {
    String app = stopped("hello");

    ada.api().put("/api/apps/" + app, Map.of("name", "renamed")).ok();

    assertThat(ada.api().get("/api/apps/" + app).ok().path("status").asString())
        .isEqualTo("stopped");
    assertAnswersThatItIsStopped(app);
  }

  @Test
  void whenADeployOfAStoppedAppFailsNothingRuns() {
    String app = stopped("old");
    Set<ProcessHandle> before = processes();

    ada.deploy(app, APP.formatted("bad") + "\n1 / 0\n");

    JsonNode failed = ada.api().outcome(app, 3);
    assertThat(failed.path("outcome").asString()).isEqualTo("failed");
    assertThat(failed.at("/failure/next_step").asString())
        .endsWith("No version serves until then.");
    assertThat(headrace.part(PlatformRepository.class).files(new AppId(app), latest(app).id()))
        .as("nothing served that had to stay beside the new code")
        .doesNotContainKey("serving/main.py");
    ada.visitor(app).get("/").is(503);
    change(app, "stop", Map.of()).ok();
    live(app, 4);
    assertThat(processes()).isEqualTo(before);
  }

  @Test
  void anAppThatIsStoppedWhileItStartsNeverStarts() {
    Set<ProcessHandle> before = processes();
    String app = ada.create(STARTS_FOR_EVER);
    ada.api().eventually("/api/apps/" + app + "/logs", logs -> logs.text().contains("begun"));

    change(app, "stop", Map.of()).ok();

    live(app, 2);
    assertThat(outcome(app, 1)).isEqualTo("superseded");
    assertThat(processes()).isEqualTo(before);
    assertAnswersThatItIsStopped(app);
  }

  @Test
  void anAppThatEndedByItselfCanBeStoppedAndStarted() {
    String app = ada.live(APP.formatted("mortal"));
    ada.visitor(app).get("/end");
    ada.api()
        .eventually(
            "/api/apps/" + app + "/deploy-status",
            status -> status.json().path("status").asString().equals("error"));

    change(app, "stop", Map.of()).ok();

    live(app, 2);
    assertAnswersThatItIsStopped(app);
    assertThat(ada.deployStatus(app).path("last_error").isNull()).isTrue();
    change(app, "start", Map.of()).ok();
    live(app, 3);
  }

  @Test
  void aChangeThatIsSentTwiceIsMadeOnce() {
    String app = ada.live(APP.formatted("hello"));
    Api once = ada.api().with("Idempotency-Key", "01M7Z2FJF5VJ3Z4DDT5ZEWVYA1");
    String stop = "/api/v1/apps/" + app + "/stop";
    JsonNode made = once.post(stop, Map.of()).ok();
    change(app, "start", Map.of()).ok();

    assertThat(once.post(stop, Map.of()).ok().path("commit")).isEqualTo(made.path("commit"));

    assertThat(latest(app).version()).hasValue(3);
    once.post("/api/v1/apps/" + app + "/restart", Map.of()).is(409);
  }

  @Test
  void aChangeToWhatSomebodyElseChangedMeanwhileIsRefused() {
    String app = ada.live(APP.formatted("hello"));
    String seen = ada.api().get("/api/apps/" + app).headers().firstValue("ETag").orElseThrow();
    ada.deploy(app, APP.formatted("theirs"));
    Api stale = ada.api().with("If-Match", seen);

    for (String action : new String[] {"stop", "start", "restart"}) {
      JsonNode problem = stale.post("/api/v1/apps/" + app + "/" + action, Map.of()).is(412).json();
      assertThat(problem.path("code").asString()).isEqualTo("PRECONDITION_FAILED");
    }
    assertThat(latest(app).version()).hasValue(2);
  }

  @Test
  void theBodyMayBeLeftOut() {
    String app = ada.live(APP.formatted("hello"));

    ada.api().send("POST", "/api/v1/apps/" + app + "/restart", Optional.empty()).ok();

    live(app, 2);
  }

  @Test
  void afterARestartOfThePlatformAStoppedAppIsStoppedStill(@TempDir Path elsewhere) {
    String app;
    String userId;
    try (RunningHeadrace first = RunningHeadrace.on(elsewhere)) {
      Author bob = Author.signedUp(first, "bob");
      userId = bob.userId();
      app = bob.live(APP.formatted("hello"));
      bob.api().post("/api/v1/apps/" + app + "/stop", Map.of()).ok();
      bob.api().outcome(app, 2);
    }
    try (RunningHeadrace second = RunningHeadrace.on(elsewhere)) {
      Author bob = new Author(second, second.anonymous().logIn("bob", "correct horse"), userId);

      assertThat(bob.visitor(app).eventually("/", visit -> visit.status() == 503).text())
          .isEqualTo(STOPPED);
      bob.api()
          .eventually(
              "/api/apps/" + app,
              detail -> detail.json().path("status").asString().equals("stopped"));
    }
  }

  private static Api.Answer change(String app, String action, Map<String, String> body) {
    return ada.api().post("/api/v1/apps/%s/%s".formatted(app, action), body);
  }

  private static String stopped(String says) {
    String app = ada.live(APP.formatted(says));
    change(app, "stop", Map.of()).ok();
    live(app, 2);
    return app;
  }

  private static JsonNode live(String app, int version) {
    JsonNode deploy = ada.api().outcome(app, version);
    assertThat(deploy.path("outcome").asString()).as(deploy.toString()).isEqualTo("live");
    return deploy;
  }

  private static String outcome(String app, int version) {
    return ada.api()
        .get("/api/v1/apps/%s/deploys/%d".formatted(app, version))
        .ok()
        .path("outcome")
        .asString();
  }

  private static void assertAnswersThatItIsStopped(String app) {
    Api.Answer answer = ada.visitor(app).get("/").is(503);
    assertThat(answer.text()).isEqualTo(STOPPED);
    assertThat(answer.headers().firstValue("Retry-After")).as("nobody knows when").isEmpty();
  }

  private static String says(String app) {
    return ada.visitor(app).get("/").ok().path("says").asString();
  }

  private static AppCommit latest(String app) {
    return headrace.part(PlatformRepository.class).latest(new AppId(app)).orElseThrow();
  }

  /** Of all apps, whatever became of their parents. */
  private static Set<ProcessHandle> processes() {
    return headrace
        .forkServer()
        .descendants()
        .filter(ProcessHandle::isAlive)
        .collect(Collectors.toSet());
  }
}
