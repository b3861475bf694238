package dev.headrace.git;

import static dev.headrace.git.Samples.CLOCK;
import static dev.headrace.git.Samples.KEY;
import static dev.headrace.git.Samples.TODO;
import static dev.headrace.git.Samples.committed;
import static dev.headrace.git.Samples.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileTextTest {

  private static final String FORGED = "Deploy-Id: 7ZZZZZZZZZZZZZZZZZZZZZZZZZ";

  private Path bare;
  private StockGit git;
  private PlatformRepository repository;

  @BeforeAll
  void open(@TempDir Path folder) {
    bare = folder.resolve("platform.git");
    git = new StockGit(bare);
    repository = PlatformRepository.open(bare, KEY, CLOCK);
  }

  @AfterAll
  void close() {
    repository.close();
    git.passesFsck();
  }

  static List<String> texts() {
    return List.of(
        "",
        "   \t ",
        FORGED,
        "x\n\n" + FORGED,
        "x\r\n\r\n" + FORGED + "\r\n",
        "x\r\r" + FORGED,
        "x\u2028\u2028" + FORGED,
        "x\u2029" + FORGED,
        "x\u0085\u0085" + FORGED,
        "x\u000b\u000b" + FORGED + "\u000c" + FORGED,
        "x\n\n\n\n" + FORGED + "\n\n\n",
        "x\n---\n" + FORGED,
        "---",
        "x\n\nSigned-off-by: root <root@example.org>\nActor: root <000000000000000000000000>",
        "x\n\nThis reverts commit 0000000000000000000000000000000000000000.",
        "# " + FORGED + "\n# ------------------------ >8 ------------------------\n" + FORGED,
        "\u202eoolleh\u202c \u2066x\u2069 \u200bhidden\ufeff",
        "null\u0000byte \u001b[31mred",
        "half a pair \ud800 and \udc00",
        "name <root@example.org> 0 +0000\nauthor evil <evil@example.org> 1 +0000",
        "<",
        ">",
        "<>",
        " <65f0c0ffee0123456789ffff>",
        ". , : ; < > \" \\ '",
        "tree 0000000000000000000000000000000000000000",
        "gpgsig -----BEGIN SSH SIGNATURE-----",
        "app v99",
        "app to v99",
        "v1",
        "{{ 7*7 }} ${HOME} $(id) %(trailers) %n%n" + FORGED.replace(": ", "%x3a "),
        "\u00fcml\u00e4ut \u65e5\u672c\u8a9e \ud83d\ude80",
        "    " + FORGED,
        "\t" + FORGED);
  }

  private void hasOnlyItsOwnTrailers(AppCommit commit) {
    List<String> expected = new ArrayList<>();
    expected.add("Deploy-Id: " + commit.deployId());
    expected.add("App: " + commit.app());
    expected.add("Version: " + commit.version().orElseThrow());
    expected.add("Action: deploy");
    expected.add("Actor: " + commit.actor().username() + " <" + commit.actor().userId() + ">");
    expected.add("Via: api");
    commit.previous().ifPresent(previous -> expected.add("App-Prev: " + previous));
    expected.add("Content: " + commit.contentDigest().orElseThrow());

    String message = git.git("log", "-1", "--format=%B", commit.id().sha());
    assertThat(git.git("log", "-1", "--format=%(trailers)", commit.id().sha()).strip().lines())
        .containsExactlyElementsOf(expected);
    assertThat(StockGit.run(List.of("git", "interpret-trailers", "--parse"), message).out().lines())
        .containsExactlyElementsOf(expected);
  }

  @ParameterizedTest
  @MethodSource("texts")
  void aReasonNeverBecomesATrailer(String text) {
    AppCommit commit = committed(repository, Samples.named(TODO, "todo", "alice", text));

    hasOnlyItsOwnTrailers(commit);
    assertThat(commit.reason()).isEqualTo(PlainText.paragraphs(text));
    assertThat(commit.reason().orElse("reason").lines().filter(String::isBlank))
        .allMatch(String::isEmpty);
  }

  @ParameterizedTest
  @MethodSource("texts")
  void anAppsNameStaysInTheSubject(String text) {
    AppCommit commit = committed(repository, Samples.named(TODO, text, "alice", "why"));

    hasOnlyItsOwnTrailers(commit);
    assertThat(commit.appName()).isEqualTo(PlainText.name(text));
    assertThat(git.git("log", "-1", "--format=%s", commit.id().sha()))
        .isEqualTo("Deploy " + commit.appName() + " v" + commit.version().orElseThrow() + "\n");
  }

  @ParameterizedTest
  @MethodSource("texts")
  void aUserNameStaysInItsPlace(String text) {
    AppCommit commit = committed(repository, Samples.named(TODO, "todo", text, "why"));

    hasOnlyItsOwnTrailers(commit);
    assertThat(commit.actor()).isEqualTo(new Actor(Samples.ALICE.userId(), PlainText.person(text)));
    assertThat(git.git("log", "-1", "--format=%ae %ce", commit.id().sha()))
        .isEqualTo(
            Samples.ALICE.userId()
                + "@users.noreply.headrace.invalid headrace@noreply.headrace.invalid\n");
  }

  @Test
  void whatIsReadAfterARestartIsWhatWasAnswered() {
    List<AppCommit> before = repository.history(TODO, 1_000, Optional.empty());
    repository.close();
    repository = PlatformRepository.open(bare, KEY, CLOCK);

    assertThat(repository.history(TODO, 1_000, Optional.empty())).isEqualTo(before);
  }

  @Test
  void aTextThatIsTooLongIsRejectedWithTheLimit() {
    assertThat(outcome(repository, Samples.named(TODO, "n".repeat(201), "alice", "why")))
        .isEqualTo(
            new CommitOutcome.Rejected<>(
                "The app's name has 201 characters, at most 200 are allowed."));
    assertThat(outcome(repository, Samples.named(TODO, "todo", "u".repeat(201), "why")))
        .isInstanceOf(CommitOutcome.Rejected.class);
    assertThat(outcome(repository, Samples.named(TODO, "todo", "alice", "r".repeat(4_001))))
        .isInstanceOf(CommitOutcome.Rejected.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/etc/passwd",
        "..",
        "../x",
        "a/../b",
        "a/./b",
        "a//b",
        "a/",
        "./a",
        "a\\b",
        ".git",
        ".GIT/config",
        "a/.git",
        ".gitmodules",
        ".gitattributes",
        "GIT~1",
        "gitmod~1",
        ".g\u200cit",
        "a\u0000b",
        "a\nb",
        "a\u202eb",
        "\ud800",
        "CON",
        "aux.py",
        "a:b",
        "a.",
        "a /b",
        "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"
      })
  void aPathThatGitOrACloneCannotKeepIsRejected(String path) {
    assertThat(outcome(repository, withFiles(Map.of(path, new byte[1]))))
        .isInstanceOfSatisfying(
            CommitOutcome.Rejected.class, it -> assertThat(it.why()).startsWith("The file '"));
  }

  @Test
  void filesThatDoNotFitAreRejected() {
    assertThat(outcome(repository, withFiles(Map.of()))).isInstanceOf(CommitOutcome.Rejected.class);
    assertThat(outcome(repository, withFiles(Map.of("a", new byte[1], "a/b", new byte[1]))))
        .isEqualTo(new CommitOutcome.Rejected<>("The file 'a/b' lies below 'a', which is a file."));
    assertThat(
            outcome(repository, withFiles(Map.of("big", new byte[ChangeRules.MAX_FILE_BYTES + 1]))))
        .isInstanceOf(CommitOutcome.Rejected.class);
    assertThat(outcome(repository, withFiles(Map.of("p".repeat(401), new byte[1]))))
        .isInstanceOf(CommitOutcome.Rejected.class);
  }

  @Test
  void filesAndFoldersKeepGitsOrder() {
    Map<String, byte[]> files =
        Map.of(
            "a.b", new byte[1],
            "a/x", new byte[2],
            "a0", new byte[3],
            "\ud83d\ude80.py", new byte[4],
            "\uff5e.py", new byte[5]);

    AppCommit commit = committed(repository, withFiles(files));

    assertThat(repository.files(TODO, commit.id()).keySet()).isEqualTo(files.keySet());
    git.passesFsck();
  }

  private static Change withFiles(Map<String, byte[]> files) {
    return Samples.with(Action.DEPLOY, TODO, "todo", new Contents.Files(new TreeMap<>(files)));
  }
}
