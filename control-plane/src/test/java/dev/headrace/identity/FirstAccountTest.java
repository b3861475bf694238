package dev.headrace.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.mongodb.client.MongoDatabase;
import dev.headrace.Api;
import dev.headrace.AtOnce;
import dev.headrace.HeadraceSettings;
import dev.headrace.RunningHeadrace;
import dev.headrace.http.ApiError;
import dev.headrace.http.ErrorCode;
import dev.headrace.store.MongoConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.Document;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

/**
 * The first account is the admin, there is one first account, and closed signup lets only it in.
 */
class FirstAccountTest {
  private static final String PASSWORD = "correct horse";
  private static final int CHEAPEST = 4;

  @TempDir private static Path folder;
  private static MongoConnection connection;
  private static MongoDatabase database;

  @BeforeAll
  static void open() throws IOException {
    connection = MongoConnection.embedded(folder);
    database = connection.database();
  }

  @AfterAll
  static void close() {
    connection.close();
  }

  @BeforeEach
  void nobodyHasAnAccount() {
    database.getCollection("users").deleteMany(new Document());
    database.getCollection("settings").deleteMany(new Document());
  }

  @RepeatedTest(10)
  void ofManyFirstAccountsAtOnceOneIsTheAdmin() {
    Accounts accounts = accounts(true, "127.0.0.1");

    List<User> made = AtOnce.people(16, i -> signUp(accounts, "user" + i));

    List<String> admins = made.stream().filter(User::admin).map(User::id).toList();
    assertThat(admins).hasSize(1);
    Users afterARestart = new Users(database, Clock.systemUTC());
    assertThat(made.stream().map(User::id).filter(id -> isAdmin(afterARestart, id)))
        .isEqualTo(admins);
  }

  @RepeatedTest(5)
  void closedSignupLetsOneOfManyFirstAccountsIn() {
    Accounts accounts = accounts(false, "127.0.0.1");

    List<Optional<ErrorCode>> refusals = AtOnce.people(4, i -> refusal(accounts, "user" + i));

    assertThat(refusals)
        .containsExactlyInAnyOrder(
            Optional.empty(),
            Optional.of(ErrorCode.SIGNUPS_DISABLED),
            Optional.of(ErrorCode.SIGNUPS_DISABLED),
            Optional.of(ErrorCode.SIGNUPS_DISABLED));
    List<String> ids = List.copyOf(new Users(database, Clock.systemUTC()).ids());
    assertThat(ids).hasSize(1);
    assertThat(isAdmin(new Users(database, Clock.systemUTC()), ids.getFirst())).isTrue();
  }

  @Test
  void aProcessThatDiedBetweenClaimAndAccountShutsNobodyOut() {
    database
        .getCollection("settings")
        .insertOne(new Document("_id", "first_admin").append("user_id", new ObjectId()));
    Accounts accounts = accounts(false, "127.0.0.1");

    assertThat(signUp(accounts, "ada").admin()).isTrue();
    assertThat(refusal(accounts, "bob")).contains(ErrorCode.SIGNUPS_DISABLED);
  }

  @Test
  void aRefusedFirstAccountLeavesThePlaceFree() {
    Accounts accounts = accounts(false, "127.0.0.1");

    assertThatExceptionOfType(ApiError.class)
        .isThrownBy(() -> accounts.signUp("ada", "ada@example.com", "short"))
        .withMessageStartingWith("Password");
    assertThat(signUp(accounts, "ada").admin()).isTrue();
  }

  @Test
  void closedSignupTellsNothingOfWhoHasAnAccount() {
    signUp(accounts(true, "127.0.0.1"), "ada");
    Accounts accounts = accounts(false, "127.0.0.1");

    assertThat(refusal(accounts, "ada")).contains(ErrorCode.SIGNUPS_DISABLED);
    assertThat(refusal(accounts, "")).contains(ErrorCode.SIGNUPS_DISABLED);
  }

  @Test
  void overTheNetworkNobodyIsTheFirst() {
    assertThat(refusal(accounts(false, "192.0.2.1"), "ada")).contains(ErrorCode.SIGNUPS_DISABLED);
  }

  @Test
  void whoIsTurnedAwayIsToldByTheApi(@TempDir Path data) {
    try (RunningHeadrace closed = RunningHeadrace.on(data, Map.of("headrace.signup", false))) {
      Api ada = closed.signUp("ada");

      assertThat(ada.get("/api/auth/me").ok().path("is_admin").asBoolean()).isTrue();
      assertThat(
              closed
                  .anonymous()
                  .post(
                      "/api/auth/signup",
                      Map.of("username", "b", "email", "b@example.com", "password", PASSWORD))
                  .is(403)
                  .text())
          .isEqualTo(
              "{\"detail\":{\"code\":\"SIGNUPS_DISABLED\",\"message\":\"Public signups are disabled\",\"details\":null}}");
    }
  }

  private static Accounts accounts(boolean signup, String bind) {
    Clock clock = Clock.systemUTC();
    return new Accounts(
        new Users(database, clock),
        new BCryptPasswordEncoder(CHEAPEST),
        new LoginThrottle(clock),
        settings(signup, bind));
  }

  private static HeadraceSettings settings(boolean signup, String bind) {
    return new Binder(
            new MapConfigurationPropertySource(
                Map.of(
                    "headrace.data", folder,
                    "headrace.runner", folder,
                    "headrace.bind", bind,
                    "headrace.signup", signup)))
        .bind("headrace", HeadraceSettings.class)
        .get();
  }

  private static User signUp(Accounts accounts, String username) {
    return accounts.signUp(username, username + "@example.com", PASSWORD);
  }

  private static Optional<ErrorCode> refusal(Accounts accounts, String username) {
    try {
      signUp(accounts, username);
      return Optional.empty();
    } catch (ApiError refused) {
      return refused.code();
    }
  }

  private static boolean isAdmin(Users users, String id) {
    return users.find(id).orElseThrow().admin();
  }
}
