package dev.headrace.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.Api;
import dev.headrace.AtOnce;
import dev.headrace.RunningHeadrace;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a new account must be like, and how it is told from others. */
class SignUpTest {
  private static final String NAME_RULE =
      "Username must have 1 to 64 visible characters, without spaces around it";
  private static final String EMAIL_RULE = "Email must be an address like ada@example.com";
  private static final String PASSWORD_RULE =
      "Password must have at least 6 characters and at most 72 bytes";
  private static final String TAKEN = "Username or email already exists";
  private static final String PASSWORD = "correct horse";

  @TempDir private static Path data;
  @AutoClose private static RunningHeadrace headrace;
  private static int accounts;

  @BeforeAll
  static void start() {
    headrace = RunningHeadrace.on(data);
  }

  static Stream<Arguments> refused() {
    return Stream.concat(
        Stream.of(
                "",
                " ",
                " ada",
                "ada ",
                "\u00a0",
                "ada\u00a0",
                "\u3000ada",
                "n".repeat(65),
                "a\nb",
                "a\tb",
                "a\0b",
                "a\u202eb",
                "a\u200bb",
                "a\u2028b",
                "ada\udb40\udd00",
                "ada\u3164",
                "ada\u2800",
                "ada\ufe0f")
            .map(name -> Arguments.of(form(name, "new@example.com", PASSWORD), NAME_RULE)),
        Stream.concat(
            Stream.of(
                    "",
                    "ada",
                    "ada@",
                    "@example.com",
                    "ada@example",
                    "ada@example.c",
                    "ada@@example.com",
                    "a da@example.com",
                    "ada@exam ple.com",
                    "ada@example.com\n",
                    "a".repeat(65) + "@example.com",
                    "<ada@example.com>")
                .map(email -> Arguments.of(form("new", email, PASSWORD), EMAIL_RULE)),
            Stream.of("", "short", "p".repeat(73), "\u00e4".repeat(37))
                .map(password ->
                    Arguments.of(form("new", "new@example.com", password), PASSWORD_RULE))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void isRefused(Map<String, String> form, String message) {
    Api.Answer answer = signUp(form).is(400);

    assertThat(answer.json().propertyNames()).containsExactly("detail");
    assertThat(answer.json().path("detail").asString()).isEqualTo(message);
  }

  static List<String> names() {
    return List.of("x", "n".repeat(64), "Ada Lovelace", "ada_1", "ädä", "名前", "a'b\"c<d>");
  }

  @ParameterizedTest
  @MethodSource("names")
  void aNameLikeThisIsTaken(String username) {
    assertThat(signUp(form(username, freshEmail(), PASSWORD)).ok().path("username").asString())
        .isEqualTo(username);
    assertLogsIn(username, PASSWORD);
  }

  static List<String> emails() {
    return List.of(
        "ada@example.com",
        "ada+apps@mail.example.com",
        "\u00e4da@ex\u00e4mple.org",
        "a".repeat(64) + "@example.com");
  }

  @ParameterizedTest
  @MethodSource("emails")
  void anAddressLikeThisIsTaken(String email) {
    assertThat(signUp(form(freshName(), email, PASSWORD)).ok().path("email").asString())
        .isEqualTo(email);
  }

  static List<String> passwords() {
    return List.of("secret", "p".repeat(72), "\u00e4".repeat(36), "      ");
  }

  @ParameterizedTest
  @MethodSource("passwords")
  void aPasswordLikeThisIsTaken(String password) {
    String username = freshName();
    signUp(form(username, freshEmail(), password)).ok();

    assertLogsIn(username, password);
  }

  @Test
  void namesAndAddressesAreTakenInAnyCase() {
    signUp(form("Grace", "Grace@Example.com", PASSWORD)).ok();

    for (Map<String, String> again :
        List.of(
            form("Grace", freshEmail(), PASSWORD),
            form("gRACE", freshEmail(), PASSWORD),
            form(freshName(), "Grace@Example.com", PASSWORD),
            form(freshName(), "grace@example.COM", PASSWORD))) {
      assertThat(signUp(again).is(400).json().path("detail").asString()).isEqualTo(TAKEN);
    }
    assertThat(
            headrace
                .anonymous()
                .logIn("GRACE", PASSWORD)
                .get("/api/auth/me")
                .ok()
                .path("username")
                .asString())
        .isEqualTo("Grace");
  }

  @Test
  void ofManyWhoWantOneNameAtOnceOneGetsIt() {
    List<String> spellings = List.of("linus", "Linus", "LINUS", "liNus");

    List<Api.Answer> answers =
        AtOnce.people(
            16,
            i -> signUp(form(spellings.get(i % 4), "linus%d@example.com".formatted(i), PASSWORD)));

    assertThat(answers).extracting(Api.Answer::status).containsOnly(200, 400).containsOnlyOnce(200);
    assertThat(answers.stream().filter(answer -> answer.status() == 400))
        .extracting(answer -> answer.json().path("detail").asString())
        .containsOnly(TAKEN);
  }

  @Test
  void whatIsMissingOrNoTextIsNamed() {
    for (String field : Set.of("username", "email", "password")) {
      Map<String, Object> form = new HashMap<>(form("new", "new@example.com", PASSWORD));
      form.remove(field);
      assertFault(form, "missing", field);
      form.put(field, null);
      assertFault(form, "string_type", field);
      form.put(field, 7);
      assertFault(form, "string_type", field);
    }
  }

  private static void assertFault(Map<String, Object> form, String type, String field) {
    Api.Answer answer = headrace.anonymous().post("/api/auth/signup", form).is(422);
    assertThat(answer.json().at("/detail/0/type").asString()).as(answer.text()).isEqualTo(type);
    assertThat(answer.json().at("/detail/0/loc").toString())
        .isEqualTo("[\"body\",\"%s\"]".formatted(field));
  }

  private static Api.Answer signUp(Map<String, String> form) {
    return headrace.anonymous().post("/api/auth/signup", form);
  }

  private static void assertLogsIn(String username, String password) {
    headrace.anonymous().logIn(username, password).get("/api/auth/me").ok();
  }

  private static Map<String, String> form(String username, String email, String password) {
    return Map.of("username", username, "email", email, "password", password);
  }

  private static String freshName() {
    return "user" + accounts++;
  }

  private static String freshEmail() {
    return "user%d@example.com".formatted(accounts++);
  }
}
