package dev.headrace.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AppSpecTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "k3f9a2b",
        "k3f9a2bqq",
        "K3f9a2bq",
        "k3f9a2b-",
        "k3f9a2b\n",
        "../../..",
        "кириллиц"
      })
  void anIdIsEightLowerCaseLettersAndDigits(String id) {
    assertThatExceptionOfType(InvalidSpec.class)
        .isThrownBy(() -> spec(id, "x", Apps.OWNER, "main.py", Optional.empty(), 0, 1))
        .satisfies(refused -> assertThat(refused.field()).isEqualTo("id"))
        .withMessageEndingWith("(expected: eight of a-z and 0-9)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"two\nlines", "\0", "\t", "\u202egnp.exe", "\u2028", "\ud83d", "\u0007", "\u0085"})
  void aNameIsVisibleTextOnOneLine(String name) {
    assertThatExceptionOfType(InvalidSpec.class)
        .isThrownBy(() -> Apps.single(name))
        .satisfies(refused -> assertThat(refused.value()).isEqualTo(name))
        .withMessageMatching("name: .*\\\\u[0-9a-f]{4}.*\\(expected: visible characters .*\\)");
  }

  @Test
  void aNameHasAtMost200Characters() {
    assertThat(Apps.single("\ud83d\ude00".repeat(200)).name()).hasSize(400);
    assertThatExceptionOfType(InvalidSpec.class)
        .isThrownBy(() -> Apps.single("x".repeat(10_000)))
        .withMessage("name: " + "x".repeat(120) + "... (expected: at most 200 characters)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Caf\u00e9 \ud83d\ude00",
        "\u0645\u0631\u062d\u0628\u0627",
        "{{ 7*7 }} ${x} *a &b - [c] 'd' \"e\" #f",
        "\ud83d\udc69\u200d\ud83d\udcbb"
      })
  void aNameMayBeAnythingElse(String name) {
    assertThat(Apps.single(name).name()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "65F0C1D2E3A4B5C6D7E8F901",
        "65f0c1d2e3a4b5c6d7e8f90",
        "65f0c1d2e3a4b5c6d7e8f90`"
      })
  void anOwnerIs24HexDigits(String owner) {
    assertThatExceptionOfType(InvalidSpec.class)
        .isThrownBy(() -> spec("k3f9a2bq", "x", owner, "main.py", Optional.empty(), 0, 1))
        .withMessage("owner: " + owner + " (expected: 24 lower-case hex digits)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../main.py", "main.js", "/main.py", "main.py\n", "a b.py", ""})
  void anEntrypointIsAPythonFileOfTheApp(String entrypoint) {
    assertThatExceptionOfType(InvalidSpec.class)
        .isThrownBy(() -> Apps.multi(entrypoint))
        .satisfies(refused -> assertThat(refused.field()).isEqualTo("entrypoint"));
  }

  @Test
  void inSingleModeTheEntrypointIsMainPy() {
    assertThatExceptionOfType(InvalidSpec.class)
        .isThrownBy(() -> spec("k3f9a2bq", "x", Apps.OWNER, "app.py", Optional.empty(), 0, 1))
        .withMessage("entrypoint: app.py (expected: main.py in single mode)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-", "a b", "a\"", "{{x}}", "\u00e4"})
  void aDatabaseIdIsPlain(String database) {
    assertThatExceptionOfType(InvalidSpec.class)
        .isThrownBy(() -> spec("k3f9a2bq", "x", Apps.OWNER, "main.py", Optional.of(database), 0, 1))
        .satisfies(refused -> assertThat(refused.field()).isEqualTo("database"));
  }

  @Test
  void countsStayInTheirRange() {
    assertThatExceptionOfType(InvalidSpec.class)
        .isThrownBy(() -> spec("k3f9a2bq", "x", Apps.OWNER, "main.py", Optional.empty(), -1, 1))
        .withMessage("restarts: -1 (expected: 0 or more)");
    assertThatExceptionOfType(InvalidSpec.class)
        .isThrownBy(() -> spec("k3f9a2bq", "x", Apps.OWNER, "main.py", Optional.empty(), 0, 11))
        .withMessage("replicas: 11 (expected: 0 to 10)");
  }

  @Test
  void anAppThatRunsAgainHasAtLeastOneCopyAndAllElseAsBefore() {
    AppSpec three = spec("k3f9a2bq", "x", Apps.OWNER, "main.py", Optional.of("db"), 2, 3);

    assertThat(three.isStopped()).isFalse();
    assertThat(three.running()).isEqualTo(three);
    assertThat(three.stopped().isStopped()).isTrue();
    assertThat(three.stopped().running())
        .isEqualTo(spec("k3f9a2bq", "x", Apps.OWNER, "main.py", Optional.of("db"), 2, 1));
  }

  private static AppSpec spec(
      String id,
      String name,
      String owner,
      String entrypoint,
      Optional<String> database,
      int restarts,
      int replicas) {
    return new AppSpec(
        id,
        name,
        owner,
        Mode.SINGLE,
        Framework.FASTAPI,
        entrypoint,
        database,
        Resources.SMALL,
        restarts,
        replicas);
  }
}
