package dev.headrace.delivery;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Sorts.descending;
import static com.mongodb.client.model.Updates.set;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Indexes;
import dev.headrace.git.AppId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bson.Document;
import org.bson.types.ObjectId;

/** What was changed by hand under the apps, and when it was as git wants it again. Thread-safe. */
public final class Drifts {
  private final MongoCollection<Document> drifts;

  public Drifts(MongoDatabase database) {
    this.drifts = database.getCollection("drifts");
    drifts.createIndex(Indexes.compoundIndex(Indexes.ascending("app"), Indexes.descending("at")));
  }

  /**
   * One change by hand.
   *
   * @param object its kind and name
   * @param by the program that made it, as the cluster knows it; none for a deletion, or a scale to
   *     nothing
   */
  public record Drift(
      String object,
      boolean deleted,
      Optional<String> by,
      Instant at,
      Optional<Instant> putBackAt) {}

  /** Gives the name by which {@link #putBack} knows it. */
  public String found(AppId app, String object, boolean deleted, Optional<String> by, Instant at) {
    ObjectId id = new ObjectId();
    drifts.insertOne(
        new Document("_id", id)
            .append("app", app.value())
            .append("object", object)
            .append("deleted", deleted)
            .append("by", by.orElse(null))
            .append("at", Date.from(at)));
    return id.toHexString();
  }

  public void putBack(String drift, Instant at) {
    drifts.updateOne(eq("_id", new ObjectId(drift)), set("put_back_at", Date.from(at)));
  }

  /** Newest first. */
  public List<Drift> of(AppId app, int most) {
    return drifts
        .find(eq("app", app.value()))
        .sort(descending("at"))
        .limit(most)
        .map(Drifts::read)
        .into(new ArrayList<>());
  }

  private static Drift read(Document document) {
    return new Drift(
        document.getString("object"),
        document.getBoolean("deleted", false),
        Optional.ofNullable(document.getString("by")),
        document.getDate("at").toInstant(),
        Optional.ofNullable(document.getDate("put_back_at")).map(Date::toInstant));
  }
}
