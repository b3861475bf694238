package dev.headrace.delivery.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.Author;
import dev.headrace.RunningHeadrace;
import dev.headrace.delivery.DeliveryEngine;
import dev.headrace.git.Action;
import dev.headrace.git.Actor;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.Change;
import dev.headrace.git.CommitOutcome;
import dev.headrace.git.Contents;
import dev.headrace.git.DeployId;
import dev.headrace.git.PlatformRepository;
import dev.headrace.git.Via;
import dev.headrace.projection.Projection;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A repository whose newest commit somebody else wrote. */
class UnreadableAppTest {
  private static final String HELLO =
      """
      from fastapi import FastAPI
      app = FastAPI()
      @app.get("/")
      def hello():
          return {"says": "%s"}
      """;

  @TempDir private Path data;
  @AutoClose private RunningHeadrace headrace;
  private Author ada;
  private String app;

  @BeforeEach
  void start() {
    headrace = RunningHeadrace.on(data);
    var _ = headrace.signUp("operator"); // an admin sees more than what is theirs
    ada = Author.signedUp(headrace, "ada");
    app = ada.live(HELLO.formatted("one"));
  }

  @Test
  void aDeploymentThatIsNoYamlIsAFailedDeployAndTheNextOneIsLive() {
    commit("deployment.yaml", "kind: [");

    JsonNode failure = failure(2);
    assertThat(failure.path("cause").asString()).contains("cannot be read");
    assertThat(failure.path("evidence").asString()).contains("deployment.yaml");
    assertThat(failure.path("next_step").asString())
        .contains("Deploy the app again")
        .contains("goes on serving");
    assertThat(says()).isEqualTo("one");

    headrace.close();
    headrace = RunningHeadrace.on(data);
    ada = new Author(headrace, headrace.anonymous().logIn("ada", "correct horse"), ada.userId());
    ada.visitor(app).eventually("/", answer -> answer.status() == 200);
    assertThat(says()).as("it serves after a restart, too").isEqualTo("one");

    ada.deploy(app, HELLO.formatted("three"));
    assertThat(ada.api().outcome(app, 3).path("outcome").asString()).isEqualTo("live");
    assertThat(says()).isEqualTo("three");
  }

  @Test
  void anAppYamlThatCannotBeReadIsToldToItsOwnerWhoKeepsTheApp() {
    commit("app.yaml", "kind: Nothing\n");

    JsonNode failure = failure(2);
    assertThat(failure.path("evidence").asString()).contains("app.yaml");
    assertThat(says()).isEqualTo("one");
    assertThat(
            ada.api().put("/api/apps/" + app, Map.of("code", HELLO.formatted("x"))).is(409).text())
        .contains("cannot be read")
        .contains("revert");
  }

  private JsonNode failure(int version) {
    JsonNode deploy = ada.api().outcome(app, version);
    assertThat(deploy.path("outcome").asString()).as(deploy.toString()).isEqualTo("failed");
    return deploy.path("failure");
  }

  private String says() {
    return ada.visitor(app).get("/").ok().path("says").asString();
  }

  private void commit(String file, String text) {
    PlatformRepository repository = headrace.part(PlatformRepository.class);
    AppCommit last = repository.latest(new AppId(app)).orElseThrow();
    SortedMap<String, byte[]> files = new TreeMap<>(repository.files(last.app(), last.id()));
    files.put(file, text.getBytes(UTF_8));
    assertThat(
            repository
                .commit(
                    new Change(
                        DeployId.next(Clock.systemUTC(), new SecureRandom()),
                        last.app(),
                        last.appName(),
                        Action.DEPLOY,
                        Actor.HEADRACE,
                        Via.SYSTEM,
                        Optional.empty(),
                        new Contents.Files(files),
                        last.contentDigest(),
                        Optional.empty(),
                        Optional.of(last.id())))
                .join())
        .isInstanceOf(CommitOutcome.Committed.class);
    headrace.part(Projection.class).catchUp();
    headrace.part(DeliveryEngine.class).wake(last.app());
  }
}
