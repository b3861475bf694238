package dev.headrace.projection;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.nin;
import static com.mongodb.client.model.Filters.or;
import static com.mongodb.client.model.Sorts.ascending;
import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.set;
import static com.mongodb.client.model.Updates.setOnInsert;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.CommitId;
import dev.headrace.identity.Caller;
import dev.headrace.identity.Users;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * The apps that a caller may see. Who may see what is part of every query: owners see their own,
 * and the admin also sees apps whose owner has no account any more, as after the loss of the
 * database. Thread-safe.
 */
public final class ProjectedApps {
  private static final int RECORD_ID_DIGITS = 24;

  private final MongoCollection<Document> apps;
  private final Users users;
  private final Clock clock;

  public ProjectedApps(MongoDatabase database, Users users, Clock clock) {
    this.apps = database.getCollection("apps");
    this.users = users;
    this.clock = clock;
    apps.createIndex(Indexes.ascending("owner_id"));
  }

  /** In the order of their creation, also where git's whole seconds do not tell it. */
  public List<ProjectedApp> list(Caller caller) {
    return apps.find(visibleTo(caller))
        .sort(ascending("sequence", "created_at"))
        .map(ProjectedApps::read)
        .into(new ArrayList<>());
  }

  public Optional<ProjectedApp> find(Caller caller, AppId app) {
    Bson present = and(eq("_id", app.value()), eq("deleted", false));
    Bson wanted = caller.admin() ? present : and(present, eq("owner_id", caller.userId()));
    return Optional.ofNullable(apps.find(wanted).first())
        .map(ProjectedApps::read)
        .filter(found -> found.ownerId().equals(caller.userId()) || isOrphaned(found));
  }

  /**
   * The apps that a user has or once had; for operators, whoever else may see them.
   *
   * @param deleted whether those that git does not have any more are wanted, or those that it has
   */
  public List<AppId> ownedBy(String userId, boolean deleted) {
    return apps.find(and(eq("owner_id", userId), eq("deleted", deleted)))
        .map(document -> new AppId(document.getString("_id")))
        .into(new ArrayList<>());
  }

  private boolean isOrphaned(ProjectedApp app) {
    return !users.exists(app.ownerId());
  }

  /** Notes that the app is in use; the caller has found it before. */
  public void touch(ProjectedApp app) {
    apps.updateOne(eq("_id", app.id().value()), set("last_activity", Date.from(clock.instant())));
  }

  /** What one commit says of its app, in the order of history. */
  sealed interface Entry {
    /**
     * A deploy, rollback or rename.
     *
     * @param sequence position in the history of the platform
     * @param ownerId empty if that cannot be read; then it is who it was before
     */
    record Changed(AppCommit commit, long sequence, Optional<String> ownerId, String name)
        implements Entry {}

    record Deleted(AppCommit commit) implements Entry {}
  }

  /** At least one, in one request to the database. */
  void record(List<Entry> entries) {
    apps.bulkWrite(entries.stream().map(ProjectedApps::write).toList());
  }

  private static UpdateOneModel<Document> write(Entry entry) {
    return switch (entry) {
      case Entry.Changed(AppCommit commit, long sequence, Optional<String> ownerId, String name) ->
          write(commit, sequence, ownerId, name);
      case Entry.Deleted(AppCommit commit) ->
          new UpdateOneModel<>(
              eq("_id", commit.app().value()),
              combine(set("deleted", true), set("head", commit.id().sha())));
    };
  }

  private static UpdateOneModel<Document> write(
      AppCommit commit, long sequence, Optional<String> ownerId, String name) {
    List<Bson> changes = new ArrayList<>();
    changes.add(
        ownerId
            .map(owner -> set("owner_id", owner))
            .orElseGet(() -> setOnInsert("owner_id", commit.actor().userId())));
    changes.add(set("name", name));
    changes.add(set("head", commit.id().sha()));
    changes.add(set("deleted", false));
    changes.add(setOnInsert("created_at", Date.from(commit.at())));
    changes.add(setOnInsert("sequence", sequence));
    if (commit.version().isPresent()) {
      changes.add(set("version", commit.version().getAsInt()));
      changes.add(set("last_deploy_at", Date.from(commit.at())));
      changes.add(set("last_activity", Date.from(commit.at())));
    }
    return new UpdateOneModel<>(
        eq("_id", commit.app().value()), combine(changes), new UpdateOptions().upsert(true));
  }

  boolean isEmpty() {
    return apps.find().first() == null;
  }

  void clear() {
    apps.deleteMany(new Document());
  }

  private Bson visibleTo(Caller caller) {
    Bson own = eq("owner_id", caller.userId());
    Bson present = eq("deleted", false);
    return caller.admin() ? and(present, or(own, nin("owner_id", users.ids()))) : and(present, own);
  }

  private static ProjectedApp read(Document document) {
    String id = document.getString("_id");
    return new ProjectedApp(
        new AppId(id),
        recordId(id),
        document.getString("owner_id"),
        document.getString("name"),
        document.getDate("created_at").toInstant(),
        new CommitId(document.getString("head")),
        version(document),
        instant(document, "last_deploy_at"),
        instant(document, "last_activity"));
  }

  private static OptionalInt version(Document document) {
    @Nullable Integer version = document.getInteger("version");
    return version == null ? OptionalInt.empty() : OptionalInt.of(version);
  }

  private static Optional<Instant> instant(Document document, String key) {
    return Optional.ofNullable(document.getDate(key)).map(Date::toInstant);
  }

  private static String recordId(String appId) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(appId.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, RECORD_ID_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
