package dev.headrace.gitserver;

import static com.mongodb.client.model.Filters.eq;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Sorts;
import dev.headrace.http.ApiError;
import dev.headrace.http.ErrorCode;
import dev.headrace.identity.Caller;
import dev.headrace.identity.Users;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bson.Document;
import org.bson.types.ObjectId;
import org.springframework.stereotype.Repository;

/**
 * Tokens for git, in Mongo as digests: a secret of 256 random bits needs no slow one. Thread-safe.
 */
@Repository
class GitTokens {
  private static final int SECRET_BYTES = 32;
  private static final String PREFIX = "hgt_";
  private static final Pattern SECRET = Pattern.compile(PREFIX + "[A-Za-z0-9_-]{43}");
  private static final Pattern NAME =
      Pattern.compile("[\\p{L}\\p{N}](?:[\\p{L}\\p{N} ._@-]{0,62}[\\p{L}\\p{N}])?");

  private final MongoCollection<Document> tokens;
  private final Users users;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  GitTokens(MongoDatabase database, Users users, Clock clock) {
    this.tokens = database.getCollection("git_tokens");
    this.users = users;
    this.clock = clock;
    tokens.createIndex(Indexes.ascending("digest"), new IndexOptions().unique(true));
  }

  /** A new token, and what nobody can ask for again. */
  record Made(GitToken token, String secret) {
    @Override
    public String toString() {
      return "secret of " + token;
    }
  }

  /** What a secret opens. */
  record Access(GitToken token, Optional<Caller> operator) {}

  Made make(String name, GitRole role, Caller by) {
    if (!NAME.matcher(name).matches()) {
      throw ApiError.of(
          ErrorCode.INVALID_REQUEST,
          "name must have 1 to 64 letters, digits, spaces and ._@- and begin and end with a letter or"
              + " digit");
    }
    byte[] bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    String secret = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    Document document =
        new Document("_id", new ObjectId())
            .append("name", name)
            .append("role", role.word())
            .append("user_id", by.userId())
            .append("created_at", Date.from(clock.instant()))
            .append("digest", digest(secret));
    tokens.insertOne(document);
    return new Made(token(document), secret);
  }

  /** Oldest first. */
  List<GitToken> all() {
    return tokens.find().sort(Sorts.ascending("_id")).map(GitTokens::token).into(new ArrayList<>());
  }

  /** The token that opens nothing any more; empty if there is none. */
  Optional<GitToken> revoke(String id) {
    return ObjectId.isValid(id)
        ? Optional.ofNullable(tokens.findOneAndDelete(eq("_id", new ObjectId(id))))
            .map(GitTokens::token)
        : Optional.empty();
  }

  /**
   * Empty for anything that is no secret of a token, or of an operator who is no admin any more.
   */
  Optional<Access> access(String secret) {
    if (!SECRET.matcher(secret).matches()) {
      return Optional.empty();
    }
    return Optional.ofNullable(tokens.find(eq("digest", digest(secret))).first())
        .map(GitTokens::token)
        .map(token -> new Access(token, operator(token)))
        .filter(
            access -> access.token().role() != GitRole.OPERATOR || access.operator().isPresent());
  }

  private Optional<Caller> operator(GitToken token) {
    return token.role() == GitRole.OPERATOR
        ? users.caller(token.userId()).filter(Caller::admin)
        : Optional.empty();
  }

  private static GitToken token(Document document) {
    return new GitToken(
        document.getObjectId("_id").toHexString(),
        document.getString("name"),
        GitRole.of(document.getString("role")).orElseThrow(),
        document.getString("user_id"),
        document.getDate("created_at").toInstant());
  }

  private static String digest(String secret) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(secret.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
