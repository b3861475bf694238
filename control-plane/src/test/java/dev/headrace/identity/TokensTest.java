package dev.headrace.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.headrace.Api;
import dev.headrace.RunningHeadrace;
import dev.headrace.SteppedClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.security.oauth2.jwt.JwtException;

/** A token is worth what its signature, its time and its account are. */
class TokensTest {
  private static final Map<String, String> ADA =
      Map.of("username", "ada", "email", "ada@example.com", "password", "correct horse");

  @TempDir private static Path data;
  @TempDir private Path elsewhere;
  @AutoClose private static RunningHeadrace headrace;
  private static String userId;

  @BeforeAll
  static void start() {
    headrace = RunningHeadrace.on(data);
    userId = headrace.anonymous().post("/api/auth/signup", ADA).ok().path("id").asString();
  }

  @Test
  void aTokenOutlivesARestart() {
    String token;
    try (RunningHeadrace before = RunningHeadrace.on(elsewhere)) {
      before.anonymous().post("/api/auth/signup", ADA).ok();
      token = token(before, "ada");
    }
    try (RunningHeadrace after = RunningHeadrace.on(elsewhere)) {
      assertThat(bearer(after, token).get("/api/auth/me").ok().path("username").asString())
          .isEqualTo("ada");
    }
  }

  @Test
  void aTokenLastsSevenDays() throws IOException {
    SteppedClock clock = new SteppedClock();
    Tokens tokens = new Tokens(elsewhere.resolve("tokens.key"), clock);
    String token = tokens.issue(user(userId));

    clock.pass(Duration.ofDays(7));
    assertThat(tokens.decoder().decode(token).getSubject()).isEqualTo(userId);
    clock.pass(Duration.ofMinutes(2));
    assertThatExceptionOfType(JwtException.class)
        .isThrownBy(() -> tokens.decoder().decode(token))
        .withMessageContaining("expired");
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        refused("signed with another key", good -> issued(data.resolve("other.key"), userId)),
        refused("expired", good -> issuedAt(Instant.now().minus(Duration.ofDays(8)))),
        refused("of nobody", good -> issued(platformKey(), new ObjectId().toHexString())),
        refused("of what is no id", good -> issued(platformKey(), "../" + userId)),
        refused(
            "not signed", good -> "%s.%s.".formatted(base64("{\"alg\":\"none\"}"), part(good, 1))),
        refused(
            "said not to be signed",
            good ->
                "%s.%s.%s".formatted(base64("{\"alg\":\"none\"}"), part(good, 1), part(good, 2))),
        refused("without its signature", good -> "%s.%s.".formatted(part(good, 0), part(good, 1))),
        refused(
            "for another account",
            good -> "%s.%s.%s".formatted(part(good, 0), renamed(part(good, 1)), part(good, 2))),
        refused("cut off", good -> good.substring(0, good.length() - 4)),
        refused("no token", good -> "garbage"),
        refused("empty", good -> "."));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void isRefused(String what, Function<String, String> forge) {
    String good = token(headrace, "ada");
    bearer(headrace, good).get("/api/auth/me").ok();

    assertRefused(bearer(headrace, forge.apply(good)));
  }

  @Test
  void theTokenOfADeletedAccountIsRefused() {
    headrace.signUp("gone");
    String token = token(headrace, "gone");
    bearer(headrace, token).get("/api/auth/me").ok();

    headrace
        .part(MongoDatabase.class)
        .getCollection("users")
        .deleteOne(Filters.eq("username", "gone"));

    assertRefused(bearer(headrace, token));
  }

  @Test
  void aTokenCountsInItsHeaderOnly() {
    String token = token(headrace, "ada");

    for (Api api :
        new Api[] {
          headrace.anonymous(),
          headrace.anonymous().with("Authorization", "Basic " + token),
          headrace.anonymous().with("Cookie", "access_token=" + token)
        }) {
      Api.Answer answer = api.get("/api/auth/me?access_token=" + token).is(401);
      assertThat(answer.text()).isEqualTo("{\"detail\":\"Not authenticated\"}");
      assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    }
  }

  @Test
  void theKeyIsReadableByItsOwnerOnly() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(platformKey())))
        .isEqualTo("rw-------");
  }

  @Test
  void aKeyThatWasCutOffIsNotUsed() throws IOException {
    Path key = Files.write(elsewhere.resolve("tokens.key"), new byte[31]);

    assertThatIOException()
        .isThrownBy(() -> new Tokens(key, Clock.systemUTC()))
        .withMessageContaining("31 bytes (expected: 32). Restore it from a backup");
  }

  private static void assertRefused(Api person) {
    Api.Answer answer = person.get("/api/auth/me").is(401);
    assertThat(answer.text()).isEqualTo("{\"detail\":\"Could not validate credentials\"}");
    assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");

    Api.Answer v1 = person.get("/api/v1/apps/abcdefgh/deploys").is(401);
    assertThat(v1.text())
        .isEqualTo("{\"detail\":\"Could not validate credentials\",\"status\":401}");
    assertThat(v1.headers().firstValue("Content-Type")).contains("application/problem+json");
  }

  private static Arguments refused(String what, Function<String, String> forge) {
    return Arguments.of(what, forge);
  }

  private static String token(RunningHeadrace where, String username) {
    return where
        .anonymous()
        .post("/api/auth/login", Map.of("username", username, "password", "correct horse"))
        .ok()
        .path("access_token")
        .asString();
  }

  private static Api bearer(RunningHeadrace where, String token) {
    return where.anonymous().with("Authorization", "Bearer " + token);
  }

  private static Path platformKey() {
    return data.resolve("keys/tokens.key");
  }

  private static String issued(Path key, String subject) {
    return issued(key, subject, Clock.systemUTC());
  }

  private static String issuedAt(Instant then) {
    return issued(platformKey(), userId, new SteppedClock(then));
  }

  private static String issued(Path key, String subject, Clock clock) {
    try {
      return new Tokens(key, clock).issue(user(subject));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static User user(String id) {
    return new User(id, "ada", "ada@example.com", "", false, Instant.EPOCH);
  }

  private static String part(String token, int number) {
    return token.split("\\.", -1)[number];
  }

  private static String renamed(String payload) {
    String claims = new String(Base64.getUrlDecoder().decode(payload), UTF_8);
    return base64(claims.replace(userId, new ObjectId().toHexString()));
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
  }
}
