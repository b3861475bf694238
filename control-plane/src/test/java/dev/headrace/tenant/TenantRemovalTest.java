package dev.headrace.tenant;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.Api;
import dev.headrace.Author;
import dev.headrace.RunningHeadrace;
import dev.headrace.git.Action;
import dev.headrace.git.Actor;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.CommitId;
import dev.headrace.git.CommitOutcome;
import dev.headrace.git.Contents;
import dev.headrace.git.DeployId;
import dev.headrace.git.PlatformRepository;
import dev.headrace.git.TenantChange;
import dev.headrace.git.TenantId;
import dev.headrace.git.Via;
import dev.headrace.manifests.TenantSettings;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class TenantRemovalTest {
  private static final String HELLO = "from fastapi import FastAPI\napp = FastAPI()\n";

  @TempDir private Path data;
  @AutoClose private RunningHeadrace headrace;
  private Api operator;
  private Author ada;
  private Author bob;

  @BeforeEach
  void start() {
    headrace = RunningHeadrace.on(data);
    operator = headrace.signUp("operator");
    ada = Author.signedUp(headrace, "ada");
    bob = Author.signedUp(headrace, "bob");
  }

  @Test
  void eachAppIsDeletedByACommitAndThenWhatWasSetUp() {
    List<AppId> hers = List.of(new AppId(ada.live(HELLO)), new AppId(ada.live(HELLO)));
    String his = bob.live(HELLO);
    setUp(tenant(ada));
    setUp(tenant(bob));
    CommitId before = repository().head();

    Api.Answer accepted =
        operator.send("DELETE", path(ada), Optional.of("{\"reason\":\"She left\"}")).is(202);

    assertThat(accepted.headers().firstValue("Location")).contains(path(ada));
    JsonNode removed = removed(ada);
    assertThat(removed.path("apps")).isEmpty();
    assertThat(removed.path("set_up").asBoolean()).isFalse();
    assertThat(removed.path("by").asString()).isEqualTo("operator");
    List<AppCommit> commits = since(before);
    assertThat(commits.stream().map(AppCommit::app)).containsExactlyInAnyOrderElementsOf(hers);
    assertThat(commits)
        .allSatisfy(commit -> {
          assertThat(commit.action()).isEqualTo(Action.DELETE);
          assertThat(commit.actor().username()).isEqualTo("operator");
          assertThat(commit.via()).isEqualTo(Via.SYSTEM);
          assertThat(commit.reason()).contains("She left");
        });
    assertThat(repository().tenants(repository().head())).containsExactly(tenant(bob));
    assertThat(repository().latest(tenant(ada)).orElseThrow().id())
        .as("the last commit of all")
        .isEqualTo(repository().head());
    ada.visitor(hers.getFirst().value()).get("/").is(404);
    assertThat(bob.visitor(his).get("/openapi.json").status()).isEqualTo(200);
  }

  @Test
  void theAccountStaysAndItsNextAppIsLive() {
    ada.live(HELLO);
    operator.delete(path(ada)).is(202);
    removed(ada);

    String next = ada.live(HELLO);

    JsonNode present = operator.get(path(ada)).ok();
    assertThat(present.path("state").asString()).isEqualTo("present");
    assertThat(present.path("apps").valueStream().map(JsonNode::asString)).containsExactly(next);
  }

  @Test
  void aRemovalThatWasCutOffGoesOnWithWhatGitStillHas() {
    ada.live(HELLO);
    String second = ada.live(HELLO);
    setUp(tenant(ada));
    ada.api().delete("/api/apps/" + second).ok();
    headrace.close();
    headrace = RunningHeadrace.on(data);
    operator = headrace.anonymous().logIn("operator", "correct horse");
    assertThat(operator.get(path(ada)).ok().path("state").asString()).isEqualTo("present");
    CommitId before = repository().head();

    operator.delete(path(ada)).is(202);

    removed(ada);
    assertThat(since(before)).hasSize(1);
    CommitId after = repository().head();
    operator.delete(path(ada)).is(202);
    removed(ada);
    assertThat(repository().head()).as("nothing is left to commit").isEqualTo(after);
  }

  @Test
  void whoIsNoUserAndWhatIsEverybodysIsNotRemoved() {
    setUp(new TenantId(TenantSettings.EVERYBODY));
    String tenants = "/api/v1/admin/tenants/";
    assertThat(operator.delete(tenants + "f".repeat(24)).is(404).text()).contains("user's id");
    operator.delete(tenants + "ada").is(404);
    operator.delete(tenants + TenantSettings.EVERYBODY).is(400);
    assertThat(repository().tenants(repository().head())).hasSize(1);
  }

  private JsonNode removed(Author author) {
    return operator
        .eventually(
            path(author), answer -> answer.json().path("state").asString("").equals("removed"))
        .json();
  }

  private void setUp(TenantId tenant) {
    assertThat(
            repository()
                .commit(
                    new TenantChange(
                        DeployId.next(Clock.systemUTC(), new SecureRandom()),
                        tenant,
                        Actor.HEADRACE,
                        new Contents.Files(
                            new TreeMap<>(
                                Map.of("kustomization.yaml", "resources: []\n".getBytes(UTF_8)))),
                        Optional.empty()))
                .join())
        .isInstanceOf(CommitOutcome.Committed.class);
  }

  private List<AppCommit> since(CommitId before) {
    try (Stream<AppCommit> commits =
        repository().between(Optional.of(before), repository().head())) {
      return commits.toList();
    }
  }

  private static TenantId tenant(Author author) {
    return new TenantId(author.userId());
  }

  private static String path(Author author) {
    return "/api/v1/admin/tenants/" + author.userId();
  }

  private PlatformRepository repository() {
    return headrace.part(PlatformRepository.class);
  }
}
