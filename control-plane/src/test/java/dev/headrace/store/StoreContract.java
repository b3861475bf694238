package dev.headrace.store;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Filters.lt;
import static com.mongodb.client.model.Filters.ne;
import static com.mongodb.client.model.Filters.nin;
import static com.mongodb.client.model.Filters.or;
import static com.mongodb.client.model.Sorts.ascending;
import static com.mongodb.client.model.Sorts.descending;
import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.inc;
import static com.mongodb.client.model.Updates.push;
import static com.mongodb.client.model.Updates.set;
import static com.mongodb.client.model.Updates.setOnInsert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the platform asks of its database, in the same way of the embedded one and of MongoDB. */
abstract class StoreContract {
  private static final int DUPLICATE_KEY = 11000;
  private static final UpdateOptions UPSERT = new UpdateOptions().upsert(true);

  private MongoCollection<Document> things;

  abstract MongoDatabase database();

  @BeforeEach
  void openACollectionOfItsOwn() {
    things = database().getCollection("things_" + new ObjectId().toHexString());
  }

  @AfterEach
  void leaveNothing() {
    things.drop();
  }

  @Test
  void aUniqueIndexLetsOneOfManyAtTheSameTimeIn() throws Exception {
    IndexOptions unique = new IndexOptions().unique(true);
    things.createIndex(Indexes.ascending("name"), unique);
    things.createIndex(Indexes.ascending("address"), unique);
    List<Callable<Boolean>> inserts = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      inserts.add(() -> inserted(new Document("name", "ada").append("address", new ObjectId())));
    }

    assertThat(together(inserts)).containsOnlyOnce(true);
    assertThat(things.countDocuments()).isEqualTo(1);
    things.insertOne(new Document("name", "bob").append("address", "b"));
    assertThatExceptionOfType(MongoWriteException.class)
        .isThrownBy(() -> things.insertOne(new Document("name", "carl").append("address", "b")))
        .satisfies(refused -> assertThat(refused.getError().getCode()).isEqualTo(DUPLICATE_KEY));
  }

  @Test
  void anUpsertSetsOnceWhatIsOnlyForTheFirstTime() {
    for (int i = 1; i <= 2; i++) {
      things.updateOne(
          eq("_id", "x"),
          combine(set("count", i), setOnInsert("first", i), setOnInsert("list", List.of(i))),
          UPSERT);
    }

    assertThat(things.find(eq("_id", "x")).first())
        .isEqualTo(
            new Document("_id", "x")
                .append("count", 2)
                .append("first", 1)
                .append("list", List.of(1)));
  }

  @Test
  void manyUpsertsInOneRequestAreMadeInTheirOrder() {
    things.insertOne(new Document("_id", "b").append("count", 1));

    things.bulkWrite(
        Stream.of("a", "b", "a")
            .map(id ->
                new UpdateOneModel<Document>(
                    eq("_id", id), combine(inc("count", 1), set("last", id)), UPSERT))
            .toList());

    assertThat(stored("a")).containsEntry("count", 2).containsEntry("last", "a");
    assertThat(stored("b")).containsEntry("count", 2).containsEntry("last", "b");
  }

  @Test
  void aConditionalUpdateHappensOnce() throws Exception {
    things.insertOne(
        new Document("_id", "d").append("outcome", "in_progress").append("stages", List.of()));
    Bson notYet = and(eq("_id", "d"), eq("outcome", "in_progress"), ne("stages.stage", "live"));
    List<Callable<Boolean>> updates = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      updates.add(() ->
          things.updateOne(notYet, push("stages", new Document("stage", "live"))).getModifiedCount()
              == 1);
    }

    assertThat(together(updates)).containsOnlyOnce(true);
    assertThat(stored("d").getList("stages", Document.class))
        .containsExactly(new Document("stage", "live"));
  }

  @Test
  void readersOfADocumentThatOthersWriteAllGetAnAnswer() throws Exception {
    things.insertOne(new Document("_id", "d").append("stages", List.of()));
    List<Callable<Boolean>> calls = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      String field = "field" + i;
      Document stage = new Document("stage", field);
      calls.add(() -> things.find().into(new ArrayList<>()).size() == 1);
      calls.add(() ->
          things
                  .updateOne(eq("_id", "d"), combine(set(field, 1), push("stages", stage)))
                  .getMatchedCount()
              == 1);
    }

    assertThat(together(calls)).containsOnly(true);
    assertThat(stored("d").getList("stages", Document.class)).hasSize(64);
  }

  @Test
  void aConditionOnSeveralWordsIsTakenLiterally() {
    things.insertMany(
        List.of(
            new Document("_id", "a").append("outcome", "live"),
            new Document("_id", "b").append("outcome", "failed"),
            new Document("_id", "c").append("outcome", "unknown")));

    things.updateMany(
        in("outcome", List.of("failed", "unknown")), combine(set("seen", true), set("why", null)));

    assertThat(ids(eq("seen", true))).containsExactly("b", "c");
    assertThat(ids(nin("_id", List.of("a", "b")))).containsExactly("c");
    assertThat(ids(and(ne("outcome", "live"), or(eq("_id", "a"), eq("_id", "b")))))
        .containsExactly("b");
  }

  @Test
  void whatIsNullOrMissingIsNotANumber() {
    things.insertMany(
        List.of(
            new Document("_id", "version").append("version", 7),
            new Document("_id", "null").append("version", null),
            new Document("_id", "missing")));

    assertThat(ids(ne("version", null))).containsExactly("version");
    assertThat(ids(eq("version", 7))).containsExactly("version");
  }

  @Test
  void listsAreSortedAndCutOff() {
    things.createIndex(
        Indexes.compoundIndex(Indexes.ascending("app"), Indexes.descending("sequence")));
    for (long i = 1; i <= 9; i++) {
      things.insertOne(
          new Document("_id", "c" + i)
              .append("app", i % 2 == 0 ? "even" : "odd")
              .append("sequence", i));
    }

    assertThat(
            things
                .find(and(eq("app", "odd"), lt("sequence", 9L)))
                .sort(descending("sequence"))
                .limit(2)
                .map(found -> found.getString("_id")))
        .containsExactly("c7", "c5");
    assertThat(things.find().sort(ascending("app", "_id")).map(found -> found.getString("_id")))
        .startsWith("c2", "c4", "c6", "c8", "c1");
  }

  @Test
  void typesComeBackAsTheyWere() {
    ObjectId id = new ObjectId();
    Instant at = Instant.parse("2026-01-31T10:00:00.123Z");
    Document written =
        new Document("_id", id)
            .append("text", "\u0000 \u00e4 \ud83d\ude00")
            .append("at", Date.from(at))
            .append("long", 1L << 40)
            .append("int", 3)
            .append("yes", true)
            .append("nothing", null)
            .append("inner", new Document("list", List.of("a", 1, new Document("b", 2))));

    things.insertOne(written);

    assertThat(things.find(eq("_id", id)).first()).isEqualTo(written);
    assertThat(things.find().projection(new Document("_id", 1)).first())
        .isEqualTo(new Document("_id", id));
  }

  @Test
  void whatIsDeletedIsGone() {
    things.insertMany(List.of(new Document("_id", "a"), new Document("_id", "b")));

    assertThat(things.deleteMany(new Document()).getDeletedCount()).isEqualTo(2);
    assertThat(things.find().first()).isNull();
  }

  private Document stored(String id) {
    return java.util.Objects.requireNonNull(things.find(eq("_id", id)).first());
  }

  private List<String> ids(Bson filter) {
    return things
        .find(filter)
        .sort(ascending("_id"))
        .map(found -> found.getString("_id"))
        .into(new ArrayList<>());
  }

  private boolean inserted(Document document) {
    try {
      things.insertOne(document);
      return true;
    } catch (MongoWriteException e) {
      assertThat(e.getError().getCode()).isEqualTo(DUPLICATE_KEY);
      return false;
    }
  }

  private static List<Boolean> together(List<Callable<Boolean>> calls) throws Exception {
    List<Boolean> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Boolean> result : threads.invokeAll(calls)) {
        results.add(result.get());
      }
    }
    return results;
  }
}
