package dev.headrace.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.Api;
import dev.headrace.Author;
import dev.headrace.RunningHeadrace;
import dev.headrace.git.AppId;
import dev.headrace.git.PlatformRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What an operator pushes to the platform repository with stock git. */
class PushTest {
  private static final String ANNOUNCE = "/api/v1/admin/git/announce";
  private static final String HELLO =
      """
      from fastapi import FastAPI
      app = FastAPI()
      @app.get("/")
      def hello():
          return {"says": "%s"}
      """;

  @TempDir private Path data;
  @TempDir private Path folder;
  @AutoClose private RunningHeadrace headrace;
  private Api operator;
  private Author ada;
  private Path clone;

  @BeforeEach
  void start() {
    headrace = RunningHeadrace.on(data);
    operator = headrace.signUp("operator");
    ada = Author.signedUp(headrace, "ada");
    clone = folder.resolve("clone");
  }

  @Test
  void aRevertIsDeliveredAsTheVersionThatItBringsBack() {
    String app = twoVersions();
    checkOut();
    git("revert", "--no-edit", "HEAD");
    git("push", "-q", "origin", "main");

    JsonNode done = operator.post(ANNOUNCE, Map.of()).ok();

    assertThat(done.path("state").asString()).as(done.toString()).isEqualTo("completed");
    assertThat(done.path("pushed").asString()).isEqualTo(git("rev-parse", "HEAD"));
    assertThat(done.path("version").asInt()).isEqualTo(3);
    assertThat(ada.api().outcome(app, 3).path("outcome").asString()).isEqualTo("live");
    assertThat(says(app)).isEqualTo("one");
    JsonNode deploy = ada.api().get("/api/v1/apps/" + app + "/deploys/3").ok();
    assertThat(deploy.path("action").asString()).isEqualTo("rollback");
    assertThat(deploy.at("/restores/version").asInt()).isEqualTo(1);
    assertThat(deploy.path("via").asString()).isEqualTo("git");
    assertThat(deploy.at("/actor/username").asString()).isEqualTo("operator");
    assertThat(deploy.path("reason").asString()).startsWith("Revert \"Deploy app v2\"");
    assertThat(operator.post(ANNOUNCE, Map.of()).ok()).as("the same answer again").isEqualTo(done);
    ada.deploy(app, HELLO.formatted("four"));
    assertThat(ada.api().outcome(app, 4).path("outcome").asString()).isEqualTo("live");
  }

  @Test
  void anEditIsRenderedAgainWhateverItDoesToWhatIsRendered() throws Exception {
    String app = twoVersions();
    checkOut();
    write(app, "src/main.py", HELLO.formatted("pushed"));
    write(app, "deployment.yaml", read(app, "deployment.yaml").replace("headrace-runner", "evil"));
    push("Mend it at night");

    assertThat(announced("completed").path("version").asInt()).isEqualTo(3);

    assertThat(ada.api().outcome(app, 3).path("outcome").asString()).isEqualTo("live");
    assertThat(says(app)).isEqualTo("pushed");
    assertThat(ada.api().get("/api/v1/apps/" + app + "/deploys/3").text())
        .contains("\"deploy\"", "Mend it at night");
    assertThat(file(app, "deployment.yaml")).doesNotContain("evil");
  }

  @Test
  void severalCommitsAreDeliveredTogetherAndWhatOneUndoesIsARollback() throws Exception {
    String app = twoVersions();
    String other = ada.live(HELLO.formatted("other"));
    checkOut();
    write(app, "src/main.py", HELLO.formatted("three"));
    commit("Try it");
    write(other, "src/main.py", HELLO.formatted("mended"));
    commit("Mend the other");
    git("revert", "--no-edit", "HEAD~1");
    git("push", "-q", "origin", "HEAD:main");

    JsonNode done = announced("completed");

    assertThat(done.path("completions").findValuesAsString("app_id"))
        .containsExactly(app, other, app);
    assertThat(done.path("version").asInt()).isEqualTo(4);
    assertThat(ada.api().outcome(app, 4).path("outcome").asString()).isEqualTo("live");
    assertThat(ada.api().outcome(other, 2).path("outcome").asString()).isEqualTo("live");
    assertThat(says(app)).isEqualTo("two");
    assertThat(says(other)).isEqualTo("mended");
    JsonNode undone = ada.api().get("/api/v1/apps/" + app + "/deploys/4").ok();
    assertThat(undone.path("action").asString()).isEqualTo("rollback");
    assertThat(undone.at("/restores/version").asInt()).isEqualTo(2);
    assertThat(ada.api().get("/api/v1/apps/" + app + "/deploys/3").ok().path("action").asString())
        .isEqualTo("deploy");
  }

  @Test
  void oneOfSeveralThatIsRefusedRefusesAll() throws Exception {
    String app = twoVersions();
    checkOut();
    write(app, "src/main.py", HELLO.formatted("three"));
    commit("Good");
    write(app, "src/main.py", "def broken(:\n");
    commit("Bad");
    String bad = git("rev-parse", "HEAD");
    git("push", "-q", "origin", "HEAD:main");

    assertThat(announced("refused").path("why").asString())
        .startsWith("Commit " + bad.substring(0, 10))
        .contains("not valid");
    assertThat(says(app)).isEqualTo("two");
    ada.deploy(app, HELLO.formatted("three"));
    assertThat(ada.api().outcome(app, 3).path("outcome").asString()).isEqualTo("live");
  }

  @Test
  void whatNoDeployMayDoIsRefusedAndThePlatformGoesOn() throws Exception {
    String app = twoVersions();
    String other = ada.live(HELLO.formatted("other"));
    checkOut();
    refused(app, "not valid", () -> write(app, "src/main.py", "import os, sys\nos.system('x')\n"));
    refused(app, "line", () -> write(app, "src/main.py", "def broken(:\n"));
    refused(app, "app.yaml", () -> write(app, "app.yaml", read(app, "app.yaml") + "  more: 1\n"));
    refused(
        app,
        "another owner",
        () -> write(app, "app.yaml", read(app, "app.yaml").replace(ada.userId(), "f".repeat(24))));
    refused(app, "that of app", () -> write(app, "app.yaml", read(other, "app.yaml")));
    refused(app, "renders itself", () -> write(app, "service.yaml", "kind: Nothing\n"));
    refused(app, "not supported", () -> write(app, "env.sops.yaml", "A: 1\n"));
    refused(app, "removes app", () -> git("rm", "-rq", path(app).toString()));

    assertThat(says(app)).isEqualTo("two");
    ada.deploy(app, HELLO.formatted("three"));
    assertThat(ada.api().outcome(app, 3).path("outcome").asString()).isEqualTo("live");
  }

  @Test
  void anUnannouncedRevertIsDeliveredWithTheNextChange() {
    String app = twoVersions();
    checkOut();
    git("revert", "--no-edit", "HEAD");
    git("push", "-q", "origin", "main");

    String other = ada.live(HELLO.formatted("other"));

    ada.api()
        .eventually(
            "/api/v1/apps/" + app + "/deploys/3", answer -> answer.text().contains("\"live\""));
    assertThat(says(app)).isEqualTo("one");
    assertThat(says(other)).isEqualTo("other");
    assertThat(announced("completed").path("app_id").asString()).isEqualTo(app);
  }

  @Test
  void whatWasPushedWhileThePlatformWasAwayIsDeliveredAtItsStart() {
    String app = twoVersions();
    headrace.close();
    checkOut();
    git("revert", "--no-edit", "HEAD");
    git("push", "-q", "origin", "main");

    headrace = RunningHeadrace.on(data);
    ada = new Author(headrace, headrace.anonymous().logIn("ada", "correct horse"), ada.userId());

    ada.api()
        .eventually(
            "/api/v1/apps/" + app + "/deploys/3", answer -> answer.text().contains("\"live\""));
    assertThat(says(app)).isEqualTo("one");
  }

  @Test
  void aDeletedAppComesBack() {
    String app = twoVersions();
    ada.api().delete("/api/apps/" + app).ok();
    checkOut();
    git("revert", "--no-edit", "HEAD");
    git("push", "-q", "origin", "main");

    assertThat(announced("completed").path("app_id").asString()).isEqualTo(app);

    assertThat(ada.api().outcome(app, 3).path("outcome").asString()).isEqualTo("live");
    assertThat(says(app)).isEqualTo("two");
  }

  private interface Work {
    void run() throws IOException;
  }

  private void refused(String app, String why, Work work) throws IOException {
    git("fetch", "-q", "origin");
    git("reset", "-q", "--hard", "origin/main");
    String before = git("rev-parse", "HEAD");
    work.run();
    push("No good");
    JsonNode refused = announced("refused");
    assertThat(refused.path("why").asString()).contains(why);
    git("fetch", "-q", "origin", "+refs/*:refs/all/*");
    assertThat(git("rev-parse", "refs/all/heads/main")).isEqualTo(before);
    assertThat(git("rev-parse", refused.path("kept_as").asString().replace("refs/", "refs/all/")))
        .isEqualTo(refused.path("pushed").asString());
    assertThat(ada.api().get("/api/apps/" + app).ok().path("app_id").asString()).isEqualTo(app);
  }

  private JsonNode announced(String state) {
    JsonNode answer = operator.post(ANNOUNCE, Map.of()).ok();
    assertThat(answer.path("state").asString()).as(answer.toString()).isEqualTo(state);
    return answer;
  }

  private String twoVersions() {
    String app = ada.live(HELLO.formatted("one"));
    ada.deploy(app, HELLO.formatted("two"));
    assertThat(ada.api().outcome(app, 2).path("outcome").asString()).isEqualTo("live");
    return app;
  }

  private String says(String app) {
    return ada.visitor(app).get("/").ok().path("says").asString();
  }

  private String file(String app, String path) {
    PlatformRepository repository = headrace.part(PlatformRepository.class);
    return new String(
        Objects.requireNonNull(repository.files(new AppId(app), repository.head()).get(path)),
        UTF_8);
  }

  private void checkOut() {
    run(List.of("git", "clone", "-q", data.resolve("platform.git").toString(), clone.toString()));
    git("config", "user.name", "Olga Operator");
    git("config", "user.email", "olga@example.com");
  }

  private void commit(String message) {
    git("add", "-A");
    git("commit", "-q", "-m", message);
  }

  private void push(String message) {
    commit(message);
    git("push", "-q", "origin", "HEAD:main");
  }

  private Path path(String app) {
    return clone.resolve(new AppId(app).path());
  }

  private String read(String app, String file) throws IOException {
    return Files.readString(path(app).resolve(file));
  }

  private void write(String app, String file, String text) throws IOException {
    Files.writeString(path(app).resolve(file), text);
  }

  private String git(String... arguments) {
    List<String> command = new ArrayList<>(List.of("git", "-C", clone.toString()));
    command.addAll(List.of(arguments));
    return run(command);
  }

  private static String run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor()).as("%s: %s", command, said).isZero();
      return said.strip();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
