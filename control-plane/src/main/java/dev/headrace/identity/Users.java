package dev.headrace.identity;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.or;

import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Updates;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.bson.Document;
import org.bson.types.ObjectId;
import org.springframework.stereotype.Repository;

/** Accounts in Mongo. User names and addresses are unique without regard to case. */
@Repository
public class Users {
  private static final int DUPLICATE_KEY = 11000;

  private final MongoCollection<Document> users;
  private final MongoCollection<Document> settings;
  private final Clock clock;

  Users(MongoDatabase database, Clock clock) {
    this.users = database.getCollection("users");
    this.settings = database.getCollection("settings");
    this.clock = clock;
    IndexOptions unique = new IndexOptions().unique(true);
    users.createIndex(Indexes.ascending("username_key"), unique);
    users.createIndex(Indexes.ascending("email_key"), unique);
  }

  /** Empty when the user name or the address is taken. The first account ever is the admin. */
  Optional<User> create(String username, String email, String passwordHash) {
    ObjectId id = new ObjectId();
    Document document =
        new Document("_id", id)
            .append("username", username)
            .append("username_key", key(username))
            .append("email", email)
            .append("email_key", key(email))
            .append("password_hash", passwordHash)
            .append("is_admin", false)
            .append("created_at", Date.from(clock.instant()));
    if (!inserted(users, document)) {
      return Optional.empty();
    }
    if (inserted(settings, new Document("_id", "first_admin").append("user_id", id))) {
      users.updateOne(eq("_id", id), Updates.set("is_admin", true));
    }
    return find(id.toHexString());
  }

  Optional<User> find(String id) {
    return ObjectId.isValid(id)
        ? Optional.ofNullable(users.find(eq("_id", new ObjectId(id))).first()).map(Users::user)
        : Optional.empty();
  }

  Optional<User> byUsername(String username) {
    return Optional.ofNullable(users.find(eq("username_key", key(username))).first())
        .map(Users::user);
  }

  boolean taken(String username, String email) {
    return users.find(or(eq("username_key", key(username)), eq("email_key", key(email)))).first()
        != null;
  }

  boolean isEmpty() {
    return users.find().first() == null;
  }

  void changePassword(String id, String passwordHash) {
    users.updateOne(eq("_id", new ObjectId(id)), Updates.set("password_hash", passwordHash));
  }

  /** Ids of all accounts, so that what belongs to none of them can be found. */
  public Set<String> ids() {
    return users
        .find()
        .projection(new Document("_id", 1))
        .map(user -> user.getObjectId("_id").toHexString())
        .into(new HashSet<>());
  }

  private static boolean inserted(MongoCollection<Document> collection, Document document) {
    try {
      collection.insertOne(document);
      return true;
    } catch (MongoWriteException e) {
      if (e.getError().getCode() == DUPLICATE_KEY) {
        return false;
      }
      throw e;
    }
  }

  private static String key(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  private static User user(Document document) {
    Instant createdAt = document.getDate("created_at").toInstant();
    return new User(
        document.getObjectId("_id").toHexString(),
        document.getString("username"),
        document.getString("email"),
        document.getString("password_hash"),
        document.getBoolean("is_admin", false),
        createdAt);
  }
}
