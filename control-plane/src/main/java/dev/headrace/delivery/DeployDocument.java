package dev.headrace.delivery;

import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.set;

import dev.headrace.git.Action;
import dev.headrace.git.Actor;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.CommitId;
import dev.headrace.git.DeployId;
import dev.headrace.git.Via;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** A deploy as it stands in Mongo. */
final class DeployDocument {
  private DeployDocument() {}

  static Bson fromGit(AppCommit commit, long sequence) {
    return combine(
        set("app", commit.app().value()),
        set("key", key(commit)),
        set("sequence", sequence),
        set("app_name", commit.appName()),
        set("deploy_id", commit.deployId().value()),
        set("version", commit.version().isPresent() ? commit.version().getAsInt() : null),
        set("action", commit.action().name()),
        set("actor_id", commit.actor().userId()),
        set("actor_name", commit.actor().username()),
        set("via", commit.via().name()),
        set("reason", commit.reason().orElse(null)),
        set("at", Date.from(commit.at())),
        set("previous", commit.previous().map(CommitId::sha).orElse(null)),
        set("content", commit.contentDigest().orElse(null)),
        set("restores", commit.restores().map(CommitId::sha).orElse(null)));
  }

  /** Unique: a version's own, or the commit's where it is no version. */
  static String key(AppId app, int version) {
    return app.value() + "/" + version;
  }

  private static String key(AppCommit commit) {
    return commit.version().isPresent()
        ? key(commit.app(), commit.version().getAsInt())
        : commit.id().sha();
  }

  static Document write(Failure failure) {
    return new Document("stage", failure.stage().word())
        .append("cause", failure.cause())
        .append("evidence", failure.evidence().orElse(null))
        .append("next_step", failure.nextStep())
        .append("file", failure.file().orElse(null))
        .append("line", failure.line().isPresent() ? failure.line().getAsInt() : null);
  }

  static Deploy read(Document document) {
    List<Deploy.Step> stages = new ArrayList<>();
    for (Document step : document.getList("stages", Document.class)) {
      stages.add(
          new Deploy.Step(
              stages.size() + 1,
              Stage.of(step.getString("stage")),
              step.getDate("at").toInstant()));
    }
    return new Deploy(
        commit(document),
        Outcome.of(document.getString("outcome")),
        List.copyOf(stages),
        Optional.ofNullable(document.get("failure", Document.class)).map(DeployDocument::failure),
        number(document, "superseded_by"));
  }

  private static AppCommit commit(Document document) {
    return new AppCommit(
        new CommitId(document.getString("_id")),
        new AppId(document.getString("app")),
        document.getString("app_name"),
        new DeployId(document.getString("deploy_id")),
        number(document, "version"),
        Action.valueOf(document.getString("action")),
        new Actor(document.getString("actor_id"), document.getString("actor_name")),
        Via.valueOf(document.getString("via")),
        text(document, "reason"),
        document.getDate("at").toInstant(),
        text(document, "previous").map(CommitId::new),
        text(document, "content"),
        text(document, "restores").map(CommitId::new));
  }

  private static Failure failure(Document document) {
    return new Failure(
        Stage.of(document.getString("stage")),
        document.getString("cause"),
        text(document, "evidence"),
        document.getString("next_step"),
        text(document, "file"),
        number(document, "line"));
  }

  private static Optional<String> text(Document document, String key) {
    return Optional.ofNullable(document.getString(key));
  }

  private static OptionalInt number(Document document, String key) {
    @Nullable Integer value = document.getInteger(key);
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }
}
