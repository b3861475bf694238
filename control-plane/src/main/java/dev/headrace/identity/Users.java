package dev.headrace.identity;

import static com.mongodb.client.model.Filters.and;
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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.bson.Document;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Repository;

/**
 * Accounts in Mongo. User names and addresses are unique without regard to case.
 *
 * <p>Accounts are made one after the other, so that a claim without an account is always one that a
 * dead process left. No other process makes any: the platform's repository has a single owner.
 */
@Repository
public class Users {
  private static final int DUPLICATE_KEY = 11000;
  private static final String FIRST_ADMIN = "first_admin";

  private final MongoCollection<Document> users;
  private final MongoCollection<Document> settings;
  private final Clock clock;
  private volatile @Nullable ObjectId admin;

  Users(MongoDatabase database, Clock clock) {
    this.users = database.getCollection("users");
    this.settings = database.getCollection("settings");
    this.clock = clock;
    IndexOptions unique = new IndexOptions().unique(true);
    users.createIndex(Indexes.ascending("username_key"), unique);
    users.createIndex(Indexes.ascending("email_key"), unique);
  }

  /** Empty when the user name or the address is taken. The first account ever is the admin. */
  synchronized Optional<User> create(String username, String email, String passwordHash) {
    ObjectId id = new ObjectId();
    claimFirst(id);
    Document document =
        new Document("_id", id)
            .append("username", username)
            .append("username_key", key(username))
            .append("email", email)
            .append("email_key", key(email))
            .append("password_hash", passwordHash)
            .append("created_at", Date.from(clock.instant()));
    return inserted(users, document) ? find(id.toHexString()) : Optional.empty();
  }

  /** The same, but empty as soon as anybody has an account. */
  synchronized Optional<User> createFirst(String username, String email, String passwordHash) {
    return isEmpty() ? create(username, email, passwordHash) : Optional.empty();
  }

  /**
   * The claim comes before the account, so that no second account can be the first. A claim whose
   * account was never made, because the process died, is taken over.
   */
  private void claimFirst(ObjectId id) {
    if (inserted(settings, new Document("_id", FIRST_ADMIN).append("user_id", id))) {
      return;
    }
    ObjectId claimed = firstAdmin();
    if (users.find(eq("_id", claimed)).first() == null) {
      settings.updateOne(
          and(eq("_id", FIRST_ADMIN), eq("user_id", claimed)), Updates.set("user_id", id));
    }
  }

  private ObjectId firstAdmin() {
    return Objects.requireNonNull(settings.find(eq("_id", FIRST_ADMIN)).first())
        .getObjectId("user_id");
  }

  /** Settled once the account exists, so it need not be asked for again. */
  private boolean isAdmin(ObjectId id) {
    @Nullable ObjectId known = admin;
    if (known == null) {
      known = firstAdmin();
      if (users.find(eq("_id", known)).first() != null) {
        admin = known;
      }
    }
    return known.equals(id);
  }

  Optional<User> find(String id) {
    return ObjectId.isValid(id)
        ? Optional.ofNullable(users.find(eq("_id", new ObjectId(id))).first()).map(this::user)
        : Optional.empty();
  }

  /** Whoever has this account, as a request of theirs would have them. */
  public Optional<Caller> caller(String id) {
    return find(id).map(user -> new Caller(user.id(), user.username(), user.admin()));
  }

  public boolean exists(String id) {
    return find(id).isPresent();
  }

  Optional<User> byUsername(String username) {
    return Optional.ofNullable(users.find(eq("username_key", key(username))).first())
        .map(this::user);
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

  private User user(Document document) {
    Instant createdAt = document.getDate("created_at").toInstant();
    return new User(
        document.getObjectId("_id").toHexString(),
        document.getString("username"),
        document.getString("email"),
        document.getString("password_hash"),
        isAdmin(document.getObjectId("_id")),
        createdAt);
  }
}
