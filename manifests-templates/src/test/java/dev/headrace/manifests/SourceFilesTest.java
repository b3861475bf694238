package dev.headrace.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SourceFilesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x.py",
        "a/../x.py",
        "./x.py",
        "a/./x.py",
        "/etc/x.py",
        "a//x.py",
        "a/",
        "",
        ".git/x.py",
        "a\\x.py",
        "C:x.py",
        "x\0.py",
        "x\n.py",
        "x\t.py",
        "x .py",
        "a=b.py",
        "a..b.py",
        "a./x.py",
        "git~1/x.py",
        "{{ 7*7 }}.py",
        "{% raw %}.py",
        "${HOME}.py",
        "&a.py",
        "*a.py",
        "'x'.py",
        "\"x\".py",
        "- x.py",
        "#x.py",
        "\u202eyp.x.py",
        "\ud83d\ude00.py",
        ".gitattributes",
        "---.py/..",
        "\ud83d.py"
      })
  void aPathThatCouldMeanSomethingElseIsRefused(String path) {
    assertThatExceptionOfType(InvalidSpec.class)
        .isThrownBy(() -> Apps.files(Map.of(path, "")))
        .satisfies(refused -> assertThat(refused.field()).isEqualTo("file"))
        .satisfies(refused -> assertThat(refused.value()).isEqualTo(path))
        .withMessageContaining("(expected: a relative path with '/' between names");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "main.py",
        "pkg/__init__.py",
        "static/css/site.min.css",
        "-x-/_.JSON",
        "1/2/3.txt"
      })
  void anOrdinaryPathIsAccepted(String path) {
    assertThat(Apps.files(Map.of(path, "text")).files()).containsEntry(path, "text");
  }

  @Test
  void aPathHasItsLength() {
    String longest = "a".repeat(197) + ".py";
    assertThat(Apps.files(Map.of(longest, "")).files()).containsKey(longest);
    refuses(Map.of("a" + longest, ""), "at most 200 characters");
    assertThat(Apps.files(Map.of("a/".repeat(19) + "x.py", "")).files()).hasSize(1);
    refuses(Map.of("a/".repeat(20) + "x.py", ""), "at most 19 folders deep");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "x.sh", "x.pyc", "py", "a.py/x", "Dockerfile"})
  void onlyKnownKindsOfFilesAreAccepted(String path) {
    refuses(Map.of(path, ""), "one of .py, .css, .js, .svg, .html, .json, .txt");
  }

  @ParameterizedTest
  @CsvSource({"a.py,A.py", "lib/x.py,LIB/y.py", "lib.py,lib.py/x.py", "Lib.py/x.py,lib.py"})
  void twoNamesAreNeverOneWhereCaseIsIgnored(String one, String other) {
    assertThatExceptionOfType(InvalidSpec.class)
        .isThrownBy(() -> Apps.files(Map.of(one, "", other, "")))
        .satisfies(refused -> assertThat(refused.field()).isEqualTo("file"));
  }

  @Test
  void thereAreOneTo50Files() {
    Map<String, String> files = new TreeMap<>();
    refuses(files, "1 to 50");
    for (int number = 0; number < 50; number++) {
      files.put("f" + number + ".py", "");
    }
    assertThat(Apps.files(files).files()).hasSize(50);
    files.put("one_more.py", "");
    refuses(files, "1 to 50");
  }

  @Test
  void sizesAreLimitedInCharactersAndInBytes() {
    assertThat(SourceFiles.single("\u00e4".repeat(102_400)).files()).hasSize(1);
    refuses(Map.of("main.py", "x".repeat(102_401)), "at most 100 KB");

    Map<String, String> files = new TreeMap<>();
    for (int number = 0; number < 5; number++) {
      files.put("f" + number + ".txt", "x".repeat(102_400));
    }
    assertThat(Apps.files(files).files()).hasSize(5);
    files.put("one_more.txt", "x");
    refuses(files, "at most 500 KB together");
    files.remove("one_more.txt");
    files.replaceAll((path, text) -> "\u20ac".repeat(102_400));
    refuses(files, "at most 900 KB of UTF-8 together");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\0",
        "\u0001",
        "\u001b[2J",
        "\u007f",
        "\u0085",
        "\u009f",
        "\ufffe",
        "\uffff",
        "x\ud83d",
        "\ude00x"
      })
  void textThatWouldNotBeShownAsItIsIsRefused(String text) {
    refuses(
        Map.of("main.py", text),
        "text without control characters (tabs, line breaks and form feeds are fine), U+FFFE,"
            + " U+FFFF and unpaired surrogates");
  }

  @Test
  void theGivenMapIsCopied() {
    TreeMap<String, String> given = new TreeMap<>(Map.of("main.py", "1"));
    SourceFiles files = new SourceFiles(given);
    given.put("main.py", "2");
    assertThat(files.files()).containsEntry("main.py", "1");
  }

  private static void refuses(Map<String, String> files, String expected) {
    assertThatExceptionOfType(InvalidSpec.class)
        .isThrownBy(() -> Apps.files(files))
        .withMessageEndingWith("(expected: " + expected + ")");
  }
}
