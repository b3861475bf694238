package dev.headrace.delivery;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gte;
import static com.mongodb.client.model.Filters.lte;
import static com.mongodb.client.model.Sorts.ascending;
import static com.mongodb.client.model.Sorts.descending;
import static com.mongodb.client.model.Updates.set;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Indexes;
import dev.headrace.git.AppId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.Document;
import org.bson.conversions.Bson;

/** What was changed by hand under the apps, and when it was as git wants it again. Thread-safe. */
public final class Drifts {
  private static final String PUT_BACK_AT = "put_back_at";
  private static final Bson NOT_PUT_BACK = eq(PUT_BACK_AT, null);

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

  public void found(AppId app, String object, boolean deleted, Optional<String> by, Instant at) {
    drifts.insertOne(
        new Document("app", app.value())
            .append("object", object)
            .append("deleted", deleted)
            .append("by", by.orElse(null))
            .append("at", Date.from(at)));
  }

  /** All that was found until then is as git wants it since now. */
  public void putBack(AppId app, Instant foundUntil, Instant now) {
    drifts.updateMany(
        and(eq("app", app.value()), NOT_PUT_BACK, lte("at", Date.from(foundUntil))),
        set(PUT_BACK_AT, Date.from(now)));
  }

  /**
   * Whether the same was found before.
   *
   * @param made when it was done; where that is not known, what was put back is taken for another
   */
  public boolean isKnown(AppId app, String object, boolean deleted, Optional<Instant> made) {
    Bson same = and(eq("app", app.value()), eq("object", object), eq("deleted", deleted));
    Bson since = made.map(at -> gte("at", Date.from(at))).orElse(NOT_PUT_BACK);
    return drifts.find(and(same, since)).first() != null;
  }

  /** When the newest of each app was found, of those that are not put back. */
  public Map<AppId, Instant> open() {
    Map<AppId, Instant> newest = new HashMap<>();
    drifts
        .find(NOT_PUT_BACK)
        .sort(ascending("at"))
        .forEach(found -> newest.put(new AppId(found.getString("app")), read(found).at()));
    return newest;
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
        Optional.ofNullable(document.getDate(PUT_BACK_AT)).map(Date::toInstant));
  }
}
