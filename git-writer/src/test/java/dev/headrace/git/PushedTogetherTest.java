package dev.headrace.git;

import static dev.headrace.git.Samples.CLOCK;
import static dev.headrace.git.Samples.KEY;
import static dev.headrace.git.Samples.SHOP;
import static dev.headrace.git.Samples.TODO;
import static dev.headrace.git.Samples.committed;
import static dev.headrace.git.Samples.deploy;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several commits of somebody else at once: all of them stay, each completed, or none. */
class PushedTogetherTest {
  private static final String TODOS = TODO.path() + "/src/main.py";
  private static final String SHOPS = SHOP.path() + "/src/main.py";
  private static final String UNWANTED = "unwanted";

  @TempDir private Path folder;
  private final List<String> asked = new ArrayList<>();
  private final List<Path> incomplete = new ArrayList<>();
  private StockGit git;
  private OperatorsClone clone;
  private PlatformRepository repository;
  private CommitId before;

  @BeforeEach
  void open() {
    Path bare = folder.resolve("platform.git");
    git = new StockGit(bare);
    repository = PlatformRepository.open(bare, KEY, CLOCK);
    committed(repository, deploy(TODO, "one"));
    before = committed(repository, deploy(SHOP, "one")).id();
    clone = new OperatorsClone(folder.resolve("clone"));
    clone.checkOut(bare);
  }

  @AfterEach
  void close() throws IOException {
    repository.close();
    for (Path each : incomplete) {
      Files.delete(each);
      Files.delete(git.folder().resolve("logs/refs/heads/main"));
      Files.deleteIfExists(git.folder().resolve("logs/HEAD"));
    }
    git.passesFsck();
    assertThat(git.git("log", "--merges", "--format=%H", "main")).isEmpty();
  }

  /** Renders one more file, so that it shows from which commit it was rendered. */
  private final PushReceiver receiver =
      pushed -> {
        asked.add(pushed.message().strip());
        SortedMap<String, byte[]> files = new TreeMap<>(pushed.files());
        files.put("rendered", pushed.files().get("src/main.py"));
        return pushed.message().contains(UNWANTED)
            ? new PushReceiver.Decision.Refuse("not this one")
            : new PushReceiver.Decision.Complete(
                Samples.with(Action.DEPLOY, pushed.app(), "todo-api", new Contents.Files(files)));
      };

  @Test
  void eachIsCompletedInItsOrderAndMainMovesOnce() {
    CommitId one = clone.change(TODOS, "two", "first");
    CommitId two = clone.change(SHOPS, "two", "second");
    CommitId three = clone.change(TODOS, "three", "third");

    List<AppCommit> completed = completed(push());

    assertThat(asked).containsExactly("first", "second", "third");
    assertThat(git.git("log", "--reverse", "--format=%H", before + "..main").lines())
        .containsExactly(
            one.sha(),
            two.sha(),
            three.sha(),
            completed.get(0).id().sha(),
            completed.get(1).id().sha(),
            completed.get(2).id().sha());
    assertThat(trailers("Pushed")).containsExactly(one.sha(), two.sha(), three.sha());
    assertThat(completed).extracting(AppCommit::app).containsExactly(TODO, SHOP, TODO);
    assertThat(completed).extracting(it -> it.version().orElseThrow()).containsExactly(2, 2, 3);
    assertThat(completed.get(2).previous()).contains(completed.get(0).id());
    assertThat(git.git("reflog", "show", "--format=%H", "main").lines().limit(2))
        .containsExactly(completed.get(2).id().sha(), before.sha());
  }

  @Test
  void eachIsRenderedFromWhatItLeftAndElseIsAsTheCommitBelowHasIt() {
    clone.change(TODOS, "two", "first");
    clone.change(SHOPS, "two", "second");
    clone.change(TODOS, "three", "third");

    List<AppCommit> completed = completed(push());

    CommitId first = completed.get(0).id();
    assertThat(files(TODO, first)).containsEntry("src/main.py", "two");
    assertThat(files(TODO, first)).containsEntry("rendered", "two");
    assertThat(files(SHOP, first))
        .containsEntry("src/main.py", "two")
        .doesNotContainKey("rendered");
    CommitId second = completed.get(1).id();
    assertThat(files(TODO, second)).isEqualTo(files(TODO, first));
    assertThat(files(SHOP, second)).containsEntry("rendered", "two");
    CommitId third = completed.get(2).id();
    assertThat(files(TODO, third)).containsEntry("rendered", "three");
    assertThat(files(SHOP, third)).isEqualTo(files(SHOP, second));
  }

  @Test
  void thoseThatWerePutOnMainAreSettledTheSameAndHistoryIsReadAgain() {
    clone.change(TODOS, "two", "first");
    CommitId two = clone.change(TODOS, "three", "second");
    clone.git("push", "-q", "origin", "main");

    PushOutcome outcome = repository.announce(receiver).orElseThrow();

    List<AppCommit> completed = completed(outcome);
    assertThat(outcome.pushed()).isEqualTo(two);
    assertThat(repository.announce(receiver)).as("they are dealt with").isEmpty();
    repository.close();
    repository = PlatformRepository.open(git.folder(), KEY, CLOCK);
    assertThat(repository.head()).isEqualTo(completed.getLast().id());
    assertThat(repository.history(TODO, 10, Optional.empty()).subList(0, 2))
        .isEqualTo(completed.reversed());
    assertThat(committed(repository, deploy(TODO, "four")).version()).hasValue(4);
  }

  @Test
  void oneThatIsRefusedRefusesAllAndIsNamed() {
    clone.change(TODOS, "two", "first");
    CommitId second = clone.change(SHOPS, "two", UNWANTED);
    clone.change(TODOS, "three", "third");

    assertThat(refused(push()))
        .isEqualTo("Commit " + second.sha().substring(0, 10) + ": not this one");

    assertThat(asked).containsExactly("first", UNWANTED);
    assertNothingHappened();
  }

  @Test
  void whatOneUndoesOfTheOneBeforeAreTwoVersions() {
    clone.change(TODOS, "two", "do");
    clone.git("revert", "--no-edit", "HEAD");

    List<AppCommit> completed = completed(push());

    assertThat(completed).extracting(it -> it.version().orElseThrow()).containsExactly(2, 3);
    assertThat(files(TODO, repository.head())).containsEntry("rendered", "one");
  }

  @Test
  void aMergeIsRefusedWhereverItStands() {
    clone.git("checkout", "-q", "-b", "aside");
    clone.change(TODOS, "aside", "aside");
    clone.git("checkout", "-q", "main");
    clone.change(SHOPS, "two", "first");
    clone.git("merge", "-q", "--no-edit", "aside");
    String merge = clone.head().sha().substring(0, 10);
    clone.change(SHOPS, "three", "last");

    assertThat(refused(push())).startsWith("Commit " + merge + " is a merge");
    assertNothingHappened();
  }

  @Test
  void aCommitOfTwoAppsOrOfNoneAmongOthersIsRefused() {
    clone.change(TODOS, "two", "first");
    clone.write(TODOS, "three");
    String both = name(clone.change(SHOPS, "two", "of both"));
    clone.change(TODOS, "four", "last");
    assertThat(refused(push())).startsWith(both).contains("one app, and nothing else");

    clone.git("reset", "-q", "--hard", "origin/main");
    clone.change(TODOS, "two", "first");
    String none = name(clone.commit("of none"));
    clone.change(TODOS, "four", "last");
    assertThat(refused(push())).startsWith(none).contains("changes nothing");
    assertNothingHappened();
  }

  @Test
  void fiftyAreTakenAndOneMoreIsNot() {
    for (int i = 0; i <= PushedCommits.MOST; i++) {
      clone.change(TODOS, "change " + i, "Change " + i);
    }
    assertThat(refused(push())).contains("more than 50 commits");
    assertNothingHappened();

    clone.git("reset", "-q", "--hard", "HEAD~1");
    assertThat(completed(push())).hasSize(PushedCommits.MOST);
  }

  @Test
  void aLineWithAGapIsRefusedAndNotKept() {
    clone.change(TODOS, "two", "first");
    String commit = clone.git("cat-file", "commit", "HEAD");
    String tree = clone.git("rev-parse", "HEAD^{tree}").strip();
    clone.git("push", "-q", "origin", tree + ":refs/tags/tree");
    CommitId gap = object(commit.replaceFirst("parent \\w+", "parent " + "1".repeat(40)));
    git.git("update-ref", "-d", "refs/tags/tree");
    git.git("update-ref", "refs/heads/main", gap.sha());

    PushOutcome outcome = repository.announce(receiver).orElseThrow();

    assertThat(refused(outcome)).contains("not a whole one");
    assertThat(((PushOutcome.Refused) outcome).keptAs()).isEmpty();
    assertNothingHappened();
  }

  @Test
  void aCommitWhoseFilesAreMissingIsRefusedAndNotKept() {
    clone.change(TODOS, "two", "first");
    CommitId hollow = object(clone.git("cat-file", "commit", "HEAD"));

    assertThat(refused(repository.push(hollow, receiver))).contains("not a whole one");
    assertNothingHappened();
  }

  @Test
  void whatHeadraceSignedButNeverPublishedIsNotTakenForSomebodyElses() {
    Path copy = folder.resolve("copy.git");
    clone.git("clone", "-q", "--mirror", git.folder().toString(), copy.toString());
    AppCommit elsewhere;
    try (PlatformRepository other = PlatformRepository.open(copy, KEY, CLOCK)) {
      elsewhere = committed(other, deploy(TODO, "two"));
    }
    git.git("fetch", "-q", copy.toString(), "main:refs/incoming/it");
    git.git("update-ref", "-d", "refs/incoming/it");

    assertThat(refused(repository.push(elsewhere.id(), receiver))).contains("Headrace signed it");
    assertNothingHappened();
  }

  @Test
  void whatMainIsAtNeedsNoPush() {
    assertThat(refused(repository.push(before, receiver))).contains("at already");
    assertNothingHappened();
  }

  /** Brings what the clone has into the repository without any branch, and has it settled. */
  private PushOutcome push() {
    clone.git("push", "-q", "-f", "origin", "HEAD:refs/incoming/it");
    git.git("update-ref", "-d", "refs/incoming/it");
    return repository.push(clone.head(), receiver);
  }

  /** Writes a commit and nothing of what it names. */
  private CommitId object(String commit) {
    StockGit.Result written =
        StockGit.run(
            List.of(
                "git",
                "--git-dir",
                git.folder().toString(),
                "hash-object",
                "-t",
                "commit",
                "-w",
                "--stdin"),
            commit);
    assertThat(written.exit()).as(written.err()).isZero();
    String id = written.out().strip();
    incomplete.add(
        git.folder().resolve("objects").resolve(id.substring(0, 2)).resolve(id.substring(2)));
    return new CommitId(id);
  }

  private void assertNothingHappened() {
    assertThat(git.git("rev-parse", "main").strip()).isEqualTo(before.sha());
    assertThat(repository.head()).isEqualTo(before);
    assertThat(git.git("for-each-ref", "--format=%(refname)").strip()).isEqualTo("refs/heads/main");
  }

  private static String name(CommitId commit) {
    return "Commit " + commit.sha().substring(0, 10);
  }

  private SortedMap<String, String> files(AppId app, CommitId commit) {
    return Samples.text(repository.files(app, commit));
  }

  private List<String> trailers(String key) {
    return git.git(
            "log", "--reverse", "--format=%(trailers:key=" + key + ",valueonly,separator=)", "main")
        .lines()
        .filter(line -> !line.isBlank())
        .toList();
  }

  private static List<AppCommit> completed(PushOutcome outcome) {
    assertThat(outcome).isInstanceOf(PushOutcome.Completed.class);
    return ((PushOutcome.Completed) outcome).commits();
  }

  private static String refused(PushOutcome outcome) {
    assertThat(outcome).isInstanceOf(PushOutcome.Refused.class);
    return ((PushOutcome.Refused) outcome).why();
  }
}
