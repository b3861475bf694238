package dev.headrace.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoDatabase;
import dev.headrace.Api;
import dev.headrace.RunningHeadrace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bson.Document;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who does not know the password learns nothing, and passwords stay where they are hashed. */
class LogInTest {
  private static final String PASSWORD = "correct horse battery";
  private static final String WRONG = "{\"detail\":\"Invalid username or password\"}";

  @TempDir private static Path data;
  @AutoClose private static RunningHeadrace headrace;

  @BeforeAll
  static void start() {
    headrace =
        RunningHeadrace.on(
            data,
            Map.of(
                "logging.file.name",
                data.resolve("logs/headrace.log").toString(),
                "logging.level.org.springframework.web",
                "debug"));
  }

  @Test
  void aWrongNameIsToldLikeAWrongPassword() {
    headrace.signUp("ada", PASSWORD).ok();

    for (Api.Answer answer :
        List.of(
            logIn("ada", "wrong horse battery"),
            logIn("ada", ""),
            logIn("nobody", PASSWORD),
            logIn("", PASSWORD),
            logIn("n".repeat(65), PASSWORD))) {
      assertThat(answer.is(401).text()).isEqualTo(WRONG);
    }
    logIn("ada", PASSWORD).ok();
  }

  @Test
  void noByteOfAPasswordIsIgnored() {
    String longest = "p".repeat(72);
    headrace.signUp("grace", longest).ok();

    assertThat(logIn("grace", longest + "p").is(401).text()).isEqualTo(WRONG);
    assertThat(logIn("grace", "p".repeat(71)).is(401).text()).isEqualTo(WRONG);
    logIn("grace", longest).ok();
  }

  @Test
  void afterTenWrongPasswordsTheRightOneWaitsToo() {
    headrace.signUp("linus", PASSWORD).ok();
    headrace.signUp("dennis", PASSWORD).ok();
    for (int i = 0; i < 10; i++) {
      logIn("linus", "guess " + i).is(401);
    }

    assertThat(logIn("Linus", PASSWORD).is(429).text())
        .isEqualTo("{\"detail\":\"Too many wrong passwords; try again in 5 minutes\"}");
    logIn("dennis", PASSWORD).ok();
  }

  @Test
  void noAnswerAndNoLogHasAPasswordOrItsHash() throws IOException {
    Api.Answer made = headrace.signUp("ken", PASSWORD).is(200);
    String hash =
        Objects.requireNonNull(users().find(new Document("username", "ken")).first())
            .getString("password_hash");
    Api.Answer in = logIn("ken", PASSWORD);
    String token = in.ok().path("access_token").asString();
    Api.Answer me =
        headrace.anonymous().with("Authorization", "Bearer " + token).get("/api/auth/me");
    Api.Answer failed = failedLogIn();

    assertThat(List.of(made, in, me, failed))
        .extracting(Api.Answer::text)
        .noneMatch(text -> text.contains(PASSWORD) || text.contains(hash));
    assertThat(Files.readString(data.resolve("logs/headrace.log")))
        .contains("POST /api/auth/login failed")
        .contains("/api/auth/signup")
        .doesNotContain(PASSWORD, hash, token);
  }

  /** Logging in to an account that lost half of what it had is an error of the platform's own. */
  private static Api.Answer failedLogIn() {
    users().insertOne(new Document("username_key", "broken").append("email_key", "broken"));
    return logIn("broken", PASSWORD).is(500);
  }

  private static com.mongodb.client.MongoCollection<Document> users() {
    return headrace.part(MongoDatabase.class).getCollection("users");
  }

  private static Api.Answer logIn(String username, String password) {
    return headrace
        .anonymous()
        .post("/api/auth/login", Map.of("username", username, "password", password));
  }
}
