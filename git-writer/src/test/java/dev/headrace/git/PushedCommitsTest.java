package dev.headrace.git;

import static dev.headrace.git.Samples.CLOCK;
import static dev.headrace.git.Samples.KEY;
import static dev.headrace.git.Samples.SHOP;
import static dev.headrace.git.Samples.TODO;
import static dev.headrace.git.Samples.committed;
import static dev.headrace.git.Samples.delete;
import static dev.headrace.git.Samples.deploy;
import static dev.headrace.git.Samples.outcome;
import static dev.headrace.git.Samples.rollback;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stock git puts on main. */
class PushedCommitsTest {
  private static final String CODE = TODO.path() + "/src/main.py";

  @TempDir private Path folder;
  private final LinkedBlockingQueue<PushOutcome> ended = new LinkedBlockingQueue<>();
  private StockGit git;
  private OperatorsClone clone;
  private PlatformRepository repository;

  @BeforeEach
  void open() {
    Path bare = folder.resolve("platform.git");
    git = new StockGit(bare);
    clone = new OperatorsClone(folder.resolve("clone"));
    repository = PlatformRepository.open(bare, KEY, CLOCK);
  }

  @AfterEach
  void close() {
    repository.close();
    git.passesFsck();
    assertThat(git.git("log", "--merges", "--format=%H", "main")).isEmpty();
  }

  @Test
  void aRevertIsKeptBelowTheCommitThatCompletesIt() throws Exception {
    AppCommit one = committed(repository, deploy(TODO, "one"));
    committed(repository, deploy(TODO, "two"));
    CommitId pushed = revertLast();

    PushOutcome outcome = repository.announce(restoring(one)).orElseThrow();

    AppCommit commit = completion(outcome);
    assertThat(repository.head()).isEqualTo(commit.id());
    assertThat(repository.latest(TODO)).contains(commit);
    assertThat(commit.version()).hasValue(3);
    assertThat(parent(commit.id())).isEqualTo(pushed.sha());
    assertThat(trailer(commit.id(), "Pushed")).isEqualTo(pushed.sha());
    assertThat(Samples.text(repository.files(TODO, commit.id())))
        .isEqualTo(Samples.text(Samples.files("one")));
    assertThat(repository.announce(restoring(one))).as("it is dealt with").isEmpty();
    assertThat(committed(repository, deploy(TODO, "four")).previous()).contains(commit.id());
    reopen();
    assertThat(repository.read(commit.id())).contains(commit);
  }

  @Test
  void theReceiverIsShownWhatTheCommitChangesAndLeaves() throws Exception {
    committed(repository, deploy(TODO, "one"));
    committed(repository, deploy(TODO, "two"));
    CommitId pushed = revertLast();
    List<PushedCommit> shown = new ArrayList<>();

    var _ =
        repository.announce(commit -> {
          shown.add(commit);
          return new PushReceiver.Decision.Refuse("only looking");
        });

    assertThat(shown.getFirst().id()).isEqualTo(pushed);
    assertThat(shown.getFirst().app()).isEqualTo(TODO);
    assertThat(shown.getFirst().changed()).containsExactly("src/main.py");
    assertThat(shown.getFirst().message()).startsWith("Revert \"Deploy todo-api v2\"");
    assertThat(Samples.text(shown.getFirst().files()))
        .isEqualTo(Samples.text(Samples.files("one")));
  }

  @Test
  void whatIsRefusedIsKeptUnderAnotherNameAndMainGoesBack() throws Exception {
    committed(repository, deploy(TODO, "one"));
    AppCommit two = committed(repository, deploy(TODO, "two"));
    CommitId pushed = revertLast();

    PushOutcome.Refused refused = refused(repository.announce(_ -> refuse("not today")));

    assertThat(refused.why()).isEqualTo("not today");
    assertThat(main()).isEqualTo(two.id().sha());
    assertThat(git.git("rev-parse", refused.keptAs().orElseThrow()).strip())
        .isEqualTo(pushed.sha());
    assertThat(committed(repository, deploy(TODO, "three")).previous()).contains(two.id());
  }

  @Test
  void onlyOneCommitThatChangesOneAppIsShown() throws Exception {
    committed(repository, deploy(TODO, "one"));
    committed(repository, deploy(SHOP, "one"));
    checkOut();
    assertRefused(
        "one app, and nothing else",
        () -> {
          clone.write(SHOP.path() + "/src/main.py", "x");
          clone.change(CODE, "two", "of both");
        });
    assertRefused(
        "one app, and nothing else", () -> clone.change(".headrace/layout", "2\n", "layout"));
    assertRefused("one app, and nothing else", () -> clone.change("README", "hello", "elsewhere"));
    assertRefused("one app, and nothing else", this::changeAndLeaveAnEmptyFolder);
    assertRefused("changes nothing", () -> clone.git("commit", "--allow-empty", "-m", "nothing"));
    assertRefused(
        "no plain file",
        () -> {
          Files.delete(clone.path(CODE));
          Files.createSymbolicLink(clone.path(CODE), Path.of("/etc/passwd"));
          clone.git("commit", "-a", "-m", "a link");
        });
    assertRefused(
        "does not continue main",
        () -> {
          clone.git("reset", "--hard", "HEAD~1");
          clone.change(CODE, "two", "on an old commit");
        });
  }

  @Test
  void aChangeThatMeetsAPushedCommitComesAfterIt() throws Exception {
    AppCommit one = committed(repository, deploy(TODO, "one"));
    committed(repository, deploy(TODO, "two"));
    CommitId pushed = revertLast();
    repository.receivePushes(telling(restoring(one)));

    AppCommit other = committed(repository, deploy(SHOP, "meanwhile"));

    PushOutcome outcome = ended.poll(60, TimeUnit.SECONDS);
    assertThat(outcome.pushed()).isEqualTo(pushed);
    assertThat(parent(other.id())).isEqualTo(completion(outcome).id().sha());
    assertThat(Samples.text(repository.files(TODO, other.id())).get("src/main.py"))
        .isEqualTo("one");
  }

  @Test
  void aChangeOfTheSameAppThatExpectedAnotherCommitIsToldSo() throws Exception {
    AppCommit one = committed(repository, deploy(TODO, "one"));
    AppCommit two = committed(repository, deploy(TODO, "two"));
    var _ = revertLast();
    repository.receivePushes(telling(restoring(one)));

    CommitOutcome<AppCommit> answer =
        outcome(repository, Samples.expecting(deploy(TODO, "three"), two.id()));

    assertThat(Samples.conflict(answer)).isEqualTo(repository.latest(TODO).map(it -> it));
  }

  @Test
  void pushesAndChangesAtTheSameTimeAllEndOnOneLine() throws Exception {
    long seed = System.nanoTime();
    System.out.println("PushedCommitsTest: seed " + seed);
    committed(repository, deploy(TODO, "first"));
    repository.receivePushes(telling(PushedCommitsTest::accept));
    AtomicBoolean enough = new AtomicBoolean();
    List<CompletableFuture<CommitOutcome<AppCommit>>> answers = new ArrayList<>();
    Thread changing =
        Thread.ofVirtual()
            .start(() -> {
              Random random = new Random(seed);
              while (!enough.get()) {
                answers.add(repository.commit(deploy(SHOP, "change " + answers.size())));
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(400)));
              }
            });
    checkOut();
    int accepted = 0;
    for (int i = 0; i < 60 && accepted < 10; i++) {
      clone.git("fetch", "-q", "origin");
      clone.git("reset", "-q", "--hard", "origin/main");
      clone.change(CODE, "pushed " + i, "Push " + i);
      accepted += clone.tryGit("push", "-q", "origin", "main").exit() == 0 ? 1 : 0;
      var _ = repository.announce(PushedCommitsTest::accept);
    }
    enough.set(true);
    changing.join();
    for (CompletableFuture<CommitOutcome<AppCommit>> answer : answers) {
      assertThat(outcome(answer)).isInstanceOf(CommitOutcome.Committed.class);
    }

    assertThat(accepted).as("pushes that came between").isPositive();
    assertThat(git.git("rev-list", "--count", "main").strip())
        .isEqualTo(Integer.toString(2 + answers.size() + 2 * accepted));
    assertThat(repository.history(TODO, 100, Optional.empty())).hasSize(1 + accepted);
  }

  @Test
  void aCommitThatWasPushedWhileNobodyWasThereIsSettledAfterwards() throws Exception {
    AppCommit one = committed(repository, deploy(TODO, "one"));
    AppCommit two = committed(repository, deploy(TODO, "two"));
    repository.close();
    CommitId pushed = revertLast();
    reopen();
    assertThat(repository.head()).isEqualTo(two.id());
    assertThat(repository.latest(TODO)).contains(two);
    assertThat(outcome(repository, deploy(SHOP, "too early")))
        .isNotInstanceOf(CommitOutcome.Committed.class);
    reopen();

    PushOutcome outcome = repository.announce(restoring(one)).orElseThrow();

    assertThat(outcome.pushed()).isEqualTo(pushed);
    assertThat(parent(repository.head())).isEqualTo(pushed.sha());
  }

  @Test
  void aCommitThatIsOnNoBranchMovesMainOnce() throws Exception {
    AppCommit one = committed(repository, deploy(TODO, "one"));
    AppCommit two = committed(repository, deploy(TODO, "two"));
    checkOut();
    clone.git("revert", "--no-edit", "HEAD");
    String pushed = clone.git("rev-parse", "HEAD").strip();
    clone.git("push", "-q", "origin", "HEAD:refs/incoming/1");

    assertThat(repository.push(new CommitId(pushed), _ -> refuse("no")))
        .isEqualTo(new PushOutcome.Refused(new CommitId(pushed), "no", Optional.empty()));
    assertThat(main()).isEqualTo(two.id().sha());
    assertThat(repository.push(new CommitId(pushed), restoring(one)))
        .isInstanceOf(PushOutcome.Completed.class);
    assertThat(parent(repository.head())).isEqualTo(pushed);
    assertThat(git.git("reflog", "show", "--format=%H", "main").lines())
        .doesNotContain(pushed)
        .startsWith(repository.head().sha());
  }

  @Test
  void aDeletedAppComesBack() throws Exception {
    AppCommit one = committed(repository, deploy(TODO, "one"));
    committed(repository, delete(TODO));
    var _ = revertLast();

    assertThat(repository.announce(restoring(one)).orElseThrow())
        .isInstanceOf(PushOutcome.Completed.class);
    assertThat(repository.apps(repository.head())).containsExactly(TODO);
  }

  private interface Work {
    void run() throws Exception;
  }

  /** Pushes what the work leaves in a fresh clone, past the checks of a push. */
  private void assertRefused(String why, Work work) throws Exception {
    String before = main();
    clone.git("reset", "-q", "--hard", before);
    work.run();
    clone.git("push", "-q", "origin", "HEAD:refs/incoming/it");
    git.git("update-ref", "refs/heads/main", "refs/incoming/it");
    git.git("update-ref", "-d", "refs/incoming/it");
    PushOutcome.Refused refused =
        refused(
            repository.announce(_ -> {
              throw new AssertionError("it is shown");
            }));
    assertThat(refused.why()).contains(why);
    assertThat(main()).isEqualTo(before);
  }

  /** Which no file tells of, and stock git's own commands do not make. */
  private void changeAndLeaveAnEmptyFolder() {
    CommitId changed = clone.change(CODE, "print('changed')\n", "with an empty folder");
    String empty = made("");
    String root = made(clone.git("ls-tree", changed.sha()) + "040000 tree " + empty + "\tevil\n");
    String commit =
        clone.git("commit-tree", "-p", changed.sha() + "^", "-m", "with an empty folder", root);
    clone.git("update-ref", "HEAD", commit.strip());
  }

  private String made(String tree) {
    return StockGit.run(List.of("git", "--git-dir", clone.path(".git").toString(), "mktree"), tree)
        .out()
        .strip();
  }

  private CommitId revertLast() throws Exception {
    checkOut();
    clone.git("revert", "--no-edit", "HEAD");
    clone.git("push", "-q", "origin", "main");
    return new CommitId(main());
  }

  private void checkOut() {
    clone.checkOut(git.folder());
  }

  private void reopen() {
    repository.close();
    repository = PlatformRepository.open(folder.resolve("platform.git"), KEY, CLOCK);
  }

  private static PushReceiver.Decision refuse(String why) {
    return new PushReceiver.Decision.Refuse(why);
  }

  private static PushReceiver restoring(AppCommit version) {
    return pushed ->
        new PushReceiver.Decision.Complete(
            rollback(TODO, version.id(), new Contents.Files(pushed.files())));
  }

  private static PushReceiver.Decision accept(PushedCommit pushed) {
    return new PushReceiver.Decision.Complete(
        Samples.with(Action.DEPLOY, pushed.app(), "todo-api", new Contents.Files(pushed.files())));
  }

  private PushReceiver telling(PushReceiver deciding) {
    return new PushReceiver() {
      @Override
      public Decision decide(PushedCommit pushed) {
        return deciding.decide(pushed);
      }

      @Override
      public void ended(PushOutcome outcome) {
        ended.add(outcome);
      }
    };
  }

  private static AppCommit completion(PushOutcome outcome) {
    assertThat(outcome).isInstanceOf(PushOutcome.Completed.class);
    assertThat(((PushOutcome.Completed) outcome).commits()).hasSize(1);
    return ((PushOutcome.Completed) outcome).commits().getFirst();
  }

  private static PushOutcome.Refused refused(Optional<PushOutcome> outcome) {
    assertThat(outcome).isPresent();
    assertThat(outcome.get()).isInstanceOf(PushOutcome.Refused.class);
    return (PushOutcome.Refused) outcome.get();
  }

  private String main() {
    return git.git("rev-parse", "main").strip();
  }

  private String parent(CommitId commit) {
    return git.git("rev-parse", commit.sha() + "^").strip();
  }

  private String trailer(CommitId commit, String key) {
    return git.git("log", "-1", "--format=%(trailers:key=" + key + ",valueonly)", commit.sha())
        .strip();
  }
}
