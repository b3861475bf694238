package dev.headrace.delivery;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Filters.lt;
import static com.mongodb.client.model.Filters.ne;
import static com.mongodb.client.model.Sorts.descending;
import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.push;
import static com.mongodb.client.model.Updates.set;
import static com.mongodb.client.model.Updates.setOnInsert;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.UpdateOptions;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.CommitId;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * Every commit of every app with what was observed of it.
 *
 * <p>What comes from git is written by the projection and can be written again at any time; what
 * was observed only moves forwards, by conditional updates, so that two observers cannot undo each
 * other. Thread-safe.
 */
public final class Deploys {
  private final MongoCollection<Document> deploys;
  private final DeployFeed feed;
  private final Clock clock;

  public Deploys(MongoDatabase database, DeployFeed feed, Clock clock) {
    this.deploys = database.getCollection("deploys");
    this.feed = feed;
    this.clock = clock;
    deploys.createIndex(Indexes.compoundIndex(Indexes.ascending("app"), descendingSequence()));
  }

  private static Bson descendingSequence() {
    return Indexes.descending("sequence");
  }

  /**
   * Writes what git says; does not touch what was observed before.
   *
   * @param sequence position in the history of the platform
   * @param initially the outcome if this commit is new to the store
   */
  public void record(AppCommit commit, long sequence, Outcome initially) {
    Document committed =
        new Document("stage", Stage.COMMITTED.word()).append("at", Date.from(commit.at()));
    deploys.updateOne(
        eq("_id", commit.id().sha()),
        combine(
            DeployDocument.fromGit(commit, sequence),
            setOnInsert("outcome", initially.word()),
            setOnInsert("stages", List.of(committed)),
            setOnInsert("serving", false)),
        new UpdateOptions().upsert(true));
    feed.changed(commit.app());
  }

  public Optional<Deploy> find(CommitId commit) {
    return first(eq("_id", commit.sha()));
  }

  public Optional<Deploy> find(AppId app, int version) {
    return first(and(eq("app", app.value()), eq("version", version)));
  }

  /** The newest deploy that is a version. */
  public Optional<Deploy> latest(AppId app) {
    return first(and(eq("app", app.value()), ne("version", null)));
  }

  /** The deploy whose content the route answers with. */
  public Optional<Deploy> serving(AppId app) {
    return first(and(eq("app", app.value()), eq("serving", true)));
  }

  /** Newest first; renames and deletes among them. */
  public List<Deploy> list(AppId app, int limit, Optional<Integer> beforeVersion) {
    Bson of = eq("app", app.value());
    Bson older = of;
    if (beforeVersion.isPresent()) {
      Document before = deploys.find(and(of, eq("version", beforeVersion.get()))).first();
      if (before == null) {
        return List.of();
      }
      older = and(of, lt("sequence", before.getLong("sequence")));
    }
    return deploys
        .find(older)
        .sort(descending("sequence"))
        .limit(limit)
        .map(DeployDocument::read)
        .into(new ArrayList<>());
  }

  /** Notes a stage, once, while the deploy is in progress. */
  public void reached(AppCommit commit, Stage stage) {
    change(
        commit,
        and(eq("outcome", Outcome.IN_PROGRESS.word()), ne("stages.stage", stage.word())),
        push("stages", step(stage)));
  }

  /** The route answered with this deploy's content. */
  public void live(AppCommit commit) {
    deploys.updateMany(
        and(eq("app", commit.app().value()), eq("serving", true), ne("_id", commit.id().sha())),
        set("serving", false));
    change(commit, ne("serving", true), set("serving", true));
    change(
        commit,
        in("outcome", words(Outcome.IN_PROGRESS, Outcome.FAILED, Outcome.UNKNOWN)),
        combine(
            set("outcome", Outcome.LIVE.word()),
            set("failure", null),
            push("stages", step(Stage.LIVE))));
  }

  public void failed(AppCommit commit, Failure failure) {
    change(
        commit,
        in("outcome", words(Outcome.IN_PROGRESS, Outcome.UNKNOWN)),
        combine(
            set("outcome", Outcome.FAILED.word()),
            set("failure", DeployDocument.write(failure)),
            push("stages", step(Stage.FAILED))));
  }

  /** All deploys of the app older than this one that are still in progress. */
  public void supersede(AppCommit by) {
    Document newest = deploys.find(eq("_id", by.id().sha())).first();
    if (newest == null) {
      return;
    }
    deploys.updateMany(
        and(
            eq("app", by.app().value()),
            eq("outcome", Outcome.IN_PROGRESS.word()),
            lt("sequence", newest.getLong("sequence"))),
        combine(
            set("outcome", Outcome.SUPERSEDED.word()),
            set("superseded_by", by.version().isPresent() ? by.version().getAsInt() : null),
            push("stages", step(Stage.SUPERSEDED))));
    feed.changed(by.app());
  }

  /** Nothing of the app runs any more. */
  public void gone(AppId app) {
    deploys.updateMany(and(eq("app", app.value()), eq("serving", true)), set("serving", false));
    feed.changed(app);
  }

  /** What runs for the app changed, without any change to its deploys. */
  public void touched(AppId app) {
    feed.changed(app);
  }

  /** Newest first, versions only. */
  public List<Deploy> versions(AppId app, int limit) {
    return deploys
        .find(and(eq("app", app.value()), ne("version", null)))
        .sort(descending("sequence"))
        .limit(limit)
        .map(DeployDocument::read)
        .into(new ArrayList<>());
  }

  /** Before a projection from the beginning: what git does not name must not stay. */
  public void clear() {
    deploys.deleteMany(new Document());
  }

  private void change(AppCommit commit, Bson onlyIf, Bson update) {
    deploys.updateOne(and(eq("_id", commit.id().sha()), onlyIf), update);
    feed.changed(commit.app());
  }

  private Optional<Deploy> first(Bson filter) {
    @Nullable Document found = deploys.find(filter).sort(descending("sequence")).first();
    return Optional.ofNullable(found).map(DeployDocument::read);
  }

  private Document step(Stage stage) {
    return new Document("stage", stage.word()).append("at", Date.from(clock.instant()));
  }

  private static List<String> words(Outcome... outcomes) {
    return List.of(outcomes).stream().map(Outcome::word).toList();
  }
}
