package dev.headrace.delivery;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Filters.lt;
import static com.mongodb.client.model.Filters.ne;
import static com.mongodb.client.model.Sorts.descending;
import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.push;
import static com.mongodb.client.model.Updates.pushEach;
import static com.mongodb.client.model.Updates.set;
import static com.mongodb.client.model.Updates.setOnInsert;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.CommitId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * Every commit of every app with what was observed of it.
 *
 * <p>What comes from git is written by the projection and can be written again at any time; what
 * was observed only moves forwards, by conditional updates, so that two observers cannot undo each
 * other. The embedded store has unique indexes only, so everything that a deploy needs is found by
 * a unique key. Thread-safe.
 */
public final class Deploys {
  private static final Duration GIT_TICK = Duration.ofMillis(1_500);

  private final MongoCollection<Document> deploys;

  /** Per app the commit whose content the route answers with. */
  private final MongoCollection<Document> serving;

  private final DeployFeed feed;
  private final Clock clock;

  public Deploys(MongoDatabase database, DeployFeed feed, Clock clock) {
    this.deploys = database.getCollection("deploys");
    this.serving = database.getCollection("serving");
    this.feed = feed;
    this.clock = clock;
    deploys.createIndex(Indexes.ascending("key"), new IndexOptions().unique(true));
    deploys.createIndex(
        Indexes.compoundIndex(Indexes.ascending("app"), Indexes.descending("sequence")));
  }

  /**
   * A commit that is new to the store, or is told once more.
   *
   * @param sequence position in the history of the platform
   * @param initially the outcome if it is new
   */
  public record Recorded(AppCommit commit, long sequence, Outcome initially) {}

  /**
   * Writes what git says, in one request; does not touch what was observed before. At least one,
   * commits of one app in their order.
   */
  public void record(List<Recorded> commits) {
    deploys.bulkWrite(commits.stream().map(this::write).toList());
    commits.forEach(recorded -> feed.changed(recorded.commit().app()));
  }

  private UpdateOneModel<Document> write(Recorded recorded) {
    AppCommit commit = recorded.commit();
    Document committed =
        new Document("stage", Stage.COMMITTED.word()).append("at", Date.from(committedAt(commit)));
    return new UpdateOneModel<>(
        eq("_id", commit.id().sha()),
        combine(
            DeployDocument.fromGit(commit, recorded.sequence()),
            setOnInsert("outcome", recorded.initially().word()),
            setOnInsert("stages", List.of(committed))),
        new UpdateOptions().upsert(true));
  }

  /** Git keeps whole seconds; for a commit of just now this clock knows better. */
  private Instant committedAt(AppCommit commit) {
    Instant now = clock.instant();
    return commit.at().plus(GIT_TICK).isAfter(now) ? now : commit.at();
  }

  public Optional<Deploy> find(CommitId commit) {
    return Optional.ofNullable(deploys.find(eq("_id", commit.sha())).first())
        .map(DeployDocument::read);
  }

  public Optional<Deploy> find(AppId app, int version) {
    return Optional.ofNullable(byVersion(app, version)).map(DeployDocument::read);
  }

  /** The commit whose content the route answers with. */
  public Optional<CommitId> serving(AppId app) {
    return Optional.ofNullable(serving.find(eq("_id", app.value())).first())
        .map(found -> found.getString("commit"))
        .map(CommitId::new);
  }

  /**
   * Newest first; renames and deletes among them.
   *
   * @param beforeCommit lists what is older than this commit of the app
   */
  public List<Deploy> list(AppId app, int limit, Optional<String> beforeCommit) {
    Bson wanted = eq("app", app.value());
    if (beforeCommit.isPresent()) {
      @Nullable Document before = deploys.find(and(eq("_id", beforeCommit.get()), wanted)).first();
      if (before == null) {
        return List.of();
      }
      wanted = and(wanted, lt("sequence", before.getLong("sequence")));
    }
    return deploys
        .find(wanted)
        .sort(descending("sequence"))
        .limit(limit)
        .map(DeployDocument::read)
        .into(new ArrayList<>());
  }

  /** Versions only, from this one down. */
  public List<Deploy> versions(AppId app, int newest, int limit) {
    List<Deploy> versions = new ArrayList<>();
    Optional<Deploy> next = find(app, newest);
    while (next.isPresent() && versions.size() < limit) {
      versions.add(next.get());
      next = find(app, newest - versions.size());
    }
    return versions;
  }

  /**
   * Notes stages that were reached together, once, while the deploy is in progress.
   *
   * @param stages in their order, at least one
   */
  public void reached(AppCommit commit, List<Stage> stages) {
    List<Document> steps = stages.stream().map(this::step).toList();
    change(
        commit,
        and(
            eq("outcome", Outcome.IN_PROGRESS.word()),
            ne("stages.stage", stages.getFirst().word())),
        pushEach("stages", steps));
  }

  /** The route answered with this deploy's content. */
  public void live(AppCommit commit) {
    serves(commit.app(), commit.id().sha());
    arrived(commit);
  }

  /** This deploy wants nothing to run, and nothing does. */
  public void rests(AppCommit commit) {
    serving.deleteOne(eq("_id", commit.app().value()));
    arrived(commit);
  }

  private void arrived(AppCommit commit) {
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

  /**
   * A version whose files somebody else wrote, so that they cannot be read; what is older will not
   * become live any more.
   *
   * @param anotherServes whether visitors get an older version meanwhile
   */
  public void unreadable(AppCommit commit, String why, boolean anotherServes) {
    int version = commit.version().orElseThrow();
    supersede(commit.app(), version - 1, OptionalInt.of(version));
    failed(commit, Failure.unreadable(why).whileServing(anotherServes));
  }

  /** It failed already, and another cause than the one that was noted keeps it from being live. */
  public void failsOtherwise(AppCommit commit, Failure failure) {
    change(
        commit,
        eq("outcome", Outcome.FAILED.word()),
        set("failure", DeployDocument.write(failure)));
  }

  /**
   * This version and all older ones that are still in progress. Each version that arrived settled
   * those before it, so they stand directly below.
   *
   * @param by the version that came instead; none where the app was deleted
   */
  public void supersede(AppId app, int newest, OptionalInt by) {
    for (int version = newest; version > 0; version--) {
      @Nullable Document older = byVersion(app, version);
      if (older == null || !older.getString("outcome").equals(Outcome.IN_PROGRESS.word())) {
        break;
      }
      deploys.updateOne(
          and(eq("_id", older.getString("_id")), eq("outcome", Outcome.IN_PROGRESS.word())),
          combine(
              set("outcome", Outcome.SUPERSEDED.word()),
              set("superseded_by", by.isPresent() ? by.getAsInt() : null),
              push("stages", step(Stage.SUPERSEDED))));
      feed.changed(app);
    }
  }

  /** Nothing of the app runs any more. */
  public void gone(AppId app) {
    serving.deleteOne(eq("_id", app.value()));
    feed.changed(app);
  }

  /** What runs for the app changed, without any change to its deploys. */
  public void touched(AppId app) {
    feed.changed(app);
  }

  public boolean isEmpty() {
    return deploys.find().first() == null;
  }

  /** Before a projection from the beginning: what git does not name must not stay. */
  public void clear() {
    deploys.deleteMany(new Document());
    serving.deleteMany(new Document());
  }

  private void change(AppCommit commit, Bson onlyIf, Bson update) {
    deploys.updateOne(and(eq("_id", commit.id().sha()), onlyIf), update);
    feed.changed(commit.app());
  }

  private void serves(AppId app, String commit) {
    serving.updateOne(
        eq("_id", app.value()), set("commit", commit), new UpdateOptions().upsert(true));
  }

  private @Nullable Document byVersion(AppId app, int version) {
    return deploys.find(eq("key", DeployDocument.key(app, version))).first();
  }

  private Document step(Stage stage) {
    return new Document("stage", stage.word()).append("at", Date.from(clock.instant()));
  }

  private static List<String> words(Outcome... outcomes) {
    return List.of(outcomes).stream().map(Outcome::word).toList();
  }
}
