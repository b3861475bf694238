package dev.headrace.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoCollection;
import dev.headrace.Api;
import dev.headrace.Author;
import dev.headrace.RunningHeadrace;
import dev.headrace.git.Action;
import dev.headrace.git.Actor;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.Change;
import dev.headrace.git.CommitOutcome;
import dev.headrace.git.Contents;
import dev.headrace.git.DeployId;
import dev.headrace.git.PlatformRepository;
import dev.headrace.git.SigningKey;
import dev.headrace.git.Via;
import dev.headrace.manifests.Manifests;
import dev.headrace.manifests.ParsedApp;
import dev.headrace.manifests.RenderSettings;
import dev.headrace.manifests.RenderedApp;
import dev.headrace.manifests.SourceFiles;
import dev.headrace.store.MongoConnection;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.assertj.core.groups.Tuple;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Git is the truth: whatever happens to the database, what was committed comes back. */
class RebuildTest {
  private static final String HELLO =
      """
      from fastapi import FastAPI
      app = FastAPI()
      @app.get("/")
      def hello():
          return {"says": "%s"}
      """;

  @TempDir private Path data;

  @Test
  void aLostDatabaseComesBackFromGit() throws IOException {
    String kept;
    String deleted;
    String owner;
    try (RunningHeadrace before = RunningHeadrace.on(data)) {
      Author ada = Author.signedUp(before, "ada");
      owner = ada.userId();
      kept = ada.live(HELLO.formatted("one"));
      deleted = ada.live(HELLO.formatted("gone"));
      change(ada, kept, Map.of("code", HELLO.formatted("two"), "reason", "Say two"));
      ada.api().outcome(kept, 2);
      change(ada, kept, Map.of("code", HELLO.formatted("three")));
      ada.api().outcome(kept, 3);
      change(ada, kept, Map.of("name", "Renamed"));
      ada.api().delete("/api/apps/" + deleted).ok();
    }
    delete(data.resolve("mongo"));

    try (RunningHeadrace after = RunningHeadrace.on(data)) {
      Api admin = after.signUp("operator");
      Api somebody = after.signUp("somebody");
      String path = after.appsUrl() + "/user/" + owner + "/app/" + kept;

      assertThat(admin.get("/api/apps").ok())
          .as("apps without an account belong to the admin")
          .singleElement()
          .satisfies(app -> {
            assertThat(app.path("app_id").asString()).isEqualTo(kept);
            assertThat(app.path("name").asString()).isEqualTo("Renamed");
          });
      assertThat(somebody.get("/api/apps").ok()).isEmpty();
      admin.get("/api/apps/" + deleted).is(404);
      assertThat(admin.outcome(kept, 3).path("outcome").asString()).isEqualTo("live");
      assertThat(deploys(admin, kept))
          .extracting(
              deploy -> deploy.path("version").asInt(0),
              deploy -> deploy.path("action").asString(),
              deploy -> deploy.path("reason").asString("-"),
              deploy -> deploy.path("outcome").asString(),
              deploy -> deploy.at("/actor/username").asString())
          .containsExactly(
              Tuple.tuple(0, "rename", "-", "live", "ada"),
              Tuple.tuple(3, "deploy", "-", "live", "ada"),
              Tuple.tuple(2, "deploy", "Say two", "unknown", "ada"),
              Tuple.tuple(1, "deploy", "-", "unknown", "ada"));
      assertThat(says(after, path)).isEqualTo("three");
    }
  }

  @Test
  void aCommitThatWasNeverProjectedIsCaughtUpWithAndRuns() {
    String app;
    Author ada;
    try (RunningHeadrace before = RunningHeadrace.on(data)) {
      ada = Author.signedUp(before, "ada");
      app = ada.live(HELLO.formatted("one"));
    }
    commitWithoutProjection(app, ada.userId(), HELLO.formatted("two"));

    try (RunningHeadrace after = RunningHeadrace.on(data)) {
      Api api = after.anonymous().logIn("ada", "correct horse");

      assertThat(api.outcome(app, 2).path("outcome").asString()).isEqualTo("live");
      assertThat(deploys(api, app))
          .extracting(
              deploy -> deploy.path("version").asInt(), deploy -> deploy.path("reason").asString())
          .containsExactly(Tuple.tuple(2, "Never projected"), Tuple.tuple(1, ""));
      assertThat(says(after, after.appsUrl() + ada.path(app))).isEqualTo("two");
    }
  }

  @Test
  void anotherHistoryIsProjectedAnew(@TempDir Path elsewhere) throws IOException {
    String here;
    String there;
    try (RunningHeadrace first = RunningHeadrace.on(data)) {
      here = Author.signedUp(first, "ada").live(HELLO.formatted("here"));
    }
    try (RunningHeadrace second = RunningHeadrace.on(elsewhere)) {
      there = Author.signedUp(second, "bob").live(HELLO.formatted("there"));
    }
    delete(data.resolve("platform.git"));
    Files.move(elsewhere.resolve("platform.git"), data.resolve("platform.git"));
    delete(data.resolve("keys/signing"));
    Files.move(elsewhere.resolve("keys/signing"), data.resolve("keys/signing"));

    try (RunningHeadrace after = RunningHeadrace.on(data)) {
      Api admin = after.anonymous().logIn("ada", "correct horse");

      admin.get("/api/apps/" + here).is(404);
      assertThat(admin.get("/api/apps").ok())
          .extracting(app -> app.path("app_id").asString())
          .containsExactly(there);
      assertThat(admin.outcome(there, 1).path("outcome").asString()).isEqualTo("live");
    }
  }

  @Test
  void aRebuildThatWasCutShortGoesOnAsOne() throws IOException {
    String app;
    try (RunningHeadrace before = RunningHeadrace.on(data)) {
      Author ada = Author.signedUp(before, "ada");
      app = ada.live(HELLO.formatted("one"));
      for (int version = 2; version <= 4; version++) {
        change(ada, app, Map.of("code", HELLO.formatted("version " + version)));
        ada.api().outcome(app, version);
      }
    }
    try (MongoConnection store = MongoConnection.embedded(data.resolve("mongo"))) {
      MongoCollection<Document> deploys = store.database().getCollection("deploys");
      Document first =
          Objects.requireNonNull(deploys.find(new Document("key", app + "/1")).first());
      deploys.deleteMany(new Document("_id", new Document("$ne", first.getString("_id"))));
      store
          .database()
          .getCollection("positions")
          .updateOne(
              new Document(),
              new Document(
                  "$set",
                  new Document("commit", first.getString("_id"))
                      .append("sequence", first.getLong("sequence"))
                      .append("rebuilding", true)));
    }

    try (RunningHeadrace after = RunningHeadrace.on(data)) {
      Api api = after.anonymous().logIn("ada", "correct horse");

      assertThat(api.outcome(app, 4).path("outcome").asString()).isEqualTo("live");
      assertThat(deploys(api, app))
          .extracting(deploy -> deploy.path("outcome").asString())
          .containsExactly("live", "unknown", "unknown", "live");
    }
  }

  @Test
  void aRebuildThatWasCutShortAtItsVeryEndIsOver() throws IOException {
    RunningHeadrace.on(data).close();
    markAsRebuilding();

    RunningHeadrace.on(data).close();

    try (MongoConnection store = MongoConnection.embedded(data.resolve("mongo"))) {
      assertThat(store.database().getCollection("positions").find())
          .singleElement()
          .satisfies(position -> assertThat(position.getBoolean("rebuilding")).isFalse());
    }
  }

  private void markAsRebuilding() throws IOException {
    try (MongoConnection store = MongoConnection.embedded(data.resolve("mongo"))) {
      store
          .database()
          .getCollection("positions")
          .updateOne(new Document(), new Document("$set", new Document("rebuilding", true)));
    }
  }

  @Test
  void aDatabaseOfSomebodyElseIsLeftAlone() throws IOException {
    Document theirs = new Document("_id", "theirs");
    try (MongoConnection store = MongoConnection.embedded(data.resolve("mongo"))) {
      store.database().getCollection("apps").insertOne(theirs);
    }

    assertThatThrownBy(() -> RunningHeadrace.on(data).close())
        .hasRootCauseInstanceOf(ForeignDatabase.class);

    try (MongoConnection store = MongoConnection.embedded(data.resolve("mongo"))) {
      assertThat(store.database().getCollection("apps").find()).containsExactly(theirs);
    }
  }

  /** What a process has done that ends right after its commit. */
  private void commitWithoutProjection(String app, String userId, String code) {
    Manifests manifests =
        new Manifests(
            new RenderSettings(
                "headrace-{tenant}", "localhost", "localhost", "web", "runner", Optional.empty()));
    AppId id = new AppId(app);
    try (PlatformRepository repository =
        PlatformRepository.open(
            data.resolve("platform.git"),
            SigningKey.load(data.resolve("keys/signing")),
            Clock.systemUTC())) {
      AppCommit head = repository.latest(id).orElseThrow();
      ParsedApp now = manifests.parse(repository.files(id, head.id()));
      RenderedApp rendered =
          manifests.render(now.spec(), SourceFiles.single(code), Optional.of(now.source()));
      CommitOutcome<AppCommit> outcome =
          repository
              .commit(
                  new Change(
                      DeployId.next(Clock.systemUTC(), new SecureRandom()),
                      id,
                      now.spec().name(),
                      Action.DEPLOY,
                      new Actor(userId, "ada"),
                      Via.API,
                      Optional.of("Never projected"),
                      new Contents.Files(rendered.files()),
                      Optional.of(rendered.contentDigest()),
                      Optional.empty(),
                      Optional.of(head.id())))
              .join();
      assertThat(outcome).isInstanceOf(CommitOutcome.Committed.class);
    }
  }

  private static void change(Author author, String app, Map<String, Object> changes) {
    author.api().put("/api/apps/" + app, changes).ok();
  }

  private static List<JsonNode> deploys(Api api, String app) {
    return api.get("/api/v1/apps/" + app + "/deploys").ok().path("deploys").valueStream().toList();
  }

  private static String says(RunningHeadrace headrace, String url) {
    return headrace
        .anonymousAt(url)
        .eventually("/", answer -> answer.status() == 200)
        .json()
        .path("says")
        .asString();
  }

  private static void delete(Path path) throws IOException {
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, IOException failure)
              throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
