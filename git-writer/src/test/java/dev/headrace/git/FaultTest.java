package dev.headrace.git;

import static dev.headrace.git.Samples.CLOCK;
import static dev.headrace.git.Samples.KEY;
import static dev.headrace.git.Samples.SHOP;
import static dev.headrace.git.Samples.TODO;
import static dev.headrace.git.Samples.committed;
import static dev.headrace.git.Samples.deploy;
import static dev.headrace.git.Samples.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FaultTest {

  @TempDir private Path folder;
  private final AtomicReference<CommitSteps> steps = new AtomicReference<>(CommitSteps.NONE);
  private Path bare;
  private StockGit git;
  private PlatformRepository repository;

  @BeforeEach
  void open() {
    bare = folder.resolve("platform.git");
    git = new StockGit(bare);
    repository =
        PlatformRepository.open(
            bare, KEY, CLOCK, step -> steps.get().reached(step), Upkeep.NEVER, GatheringSteps.NONE);
  }

  @AfterEach
  void close() {
    repository.close();
    git.passesFsck();
  }

  private void reopen() {
    repository.close();
    repository =
        PlatformRepository.open(
            bare, KEY, CLOCK, step -> steps.get().reached(step), Upkeep.NEVER, GatheringSteps.NONE);
  }

  private static CommitSteps failingAt(CommitSteps.Step where) {
    return step -> {
      if (step == where) {
        throw new IOException("No space left on device");
      }
    };
  }

  @ParameterizedTest
  @EnumSource(
      value = CommitSteps.Step.class,
      names = {"CHANGES_TAKEN", "COMMITS_BUILT", "OBJECTS_DURABLE"})
  void aFailureBeforeMainMovesMeansThatNothingHappened(CommitSteps.Step step) {
    AppCommit first = committed(repository, deploy(TODO, "one"));
    Change change = deploy(TODO, "two");

    steps.set(failingAt(step));
    assertThat(outcome(repository, change)).isInstanceOf(CommitOutcome.Failed.class);
    assertThat(repository.head()).isEqualTo(first.id());
    assertThat(repository.latest(TODO)).contains(first);

    steps.set(CommitSteps.NONE);
    assertThat(committed(repository, change).version()).hasValue(2);
  }

  @ParameterizedTest
  @EnumSource(
      value = CommitSteps.Step.class,
      names = {"MAIN_MOVED", "MAIN_DURABLE"})
  void aFailureAfterMainMovedIsUnknownUntilTheSameRequestAsks(CommitSteps.Step step) {
    committed(repository, deploy(TODO, "one"));
    Change change = deploy(TODO, "two");

    steps.set(failingAt(step));
    assertThat(outcome(repository, change)).isInstanceOf(CommitOutcome.Unknown.class);

    steps.set(CommitSteps.NONE);
    assertThat(outcome(repository, change))
        .isInstanceOfSatisfying(
            CommitOutcome.AlreadyCommitted.class,
            it -> assertThat(it.commit().id()).isEqualTo(repository.head()));
    assertThat(committed(repository, deploy(TODO, "three")).version()).hasValue(3);
  }

  @Test
  void whileSomethingElseHoldsMainNothingIsCommittedAndThenItGoesOn() throws Exception {
    Change change = deploy(TODO, "one");
    Path lock = bare.resolve("refs/heads/main.lock");
    Files.createFile(lock);
    assertThat(outcome(repository, change)).isInstanceOf(CommitOutcome.Failed.class);

    Files.delete(lock);
    committed(repository, change);
  }

  @Test
  void aMainThatSomethingElseMovedIsNeverWrittenOver() {
    AppCommit one = committed(repository, deploy(TODO, "one"));
    AppCommit two = committed(repository, deploy(TODO, "two"));
    git.git("update-ref", "refs/heads/main", one.id().sha());

    Change change = deploy(TODO, "three");
    assertThat(outcome(repository, change)).isInstanceOf(CommitOutcome.Unknown.class);
    assertThat(outcome(repository, change))
        .isInstanceOfSatisfying(
            CommitOutcome.Failed.class,
            it -> assertThat(it.why()).contains("Something else moved it"));
    assertThat(git.git("rev-parse", "main").strip()).isEqualTo(one.id().sha());

    git.git("update-ref", "refs/heads/main", two.id().sha());
    assertThat(committed(repository, change).previous()).contains(two.id());
  }

  @Test
  void locksOfADeadProcessAreRemovedWhenTheRepositoryIsOpened() throws Exception {
    repository.close();
    for (String lock : List.of("refs/heads/main.lock", "HEAD.lock", "packed-refs.lock")) {
      Files.createFile(bare.resolve(lock));
    }
    reopen();

    committed(repository, deploy(TODO, "one"));
  }

  @Test
  void aTornPackIsSetAsideAndItsObjectsCanBeWrittenAgain() throws Exception {
    repository.close();
    Path packs = bare.resolve("objects/pack");
    Path torn = packs.resolve("pack-" + "1".repeat(40) + ".pack");
    Files.createFile(torn);
    Files.createFile(packs.resolve("pack-" + "1".repeat(40) + ".idx"));
    Path half = packs.resolve("pack-" + "2".repeat(40) + ".pack");
    Files.write(half, Samples.bytes("PACK and then zeros" + "\0".repeat(100)));
    Files.write(packs.resolve("pack-" + "2".repeat(40) + ".idx"), new byte[1_100]);

    reopen();

    assertThat(torn).doesNotExist();
    assertThat(half).doesNotExist();
    assertThat(packs.resolve("pack-" + "2".repeat(40) + ".pack.torn")).exists();
    committed(repository, deploy(TODO, "one"));
  }

  @Test
  void smallBatchesAddNoMorePacksWhenNobodyGathersThem() throws Exception {
    committed(repository, deploy(TODO, "one"));
    repository.close();
    Path packs = bare.resolve("objects/pack");
    List<Path> files = contents(packs);
    for (int copy = 0; copy < ObjectStore.MANY_PACKS; copy++) {
      for (Path file : files) {
        String ending = file.toString().endsWith(".idx") ? ".idx" : ".pack";
        Files.createLink(packs.resolve("pack-%040d%s".formatted(copy, ending)), file);
      }
    }
    reopen();
    int before = contents(packs).size();

    AppCommit two = committed(repository, deploy(TODO, "two"));

    assertThat(contents(packs)).hasSize(before);
    assertThat(Samples.text(repository.files(TODO, two.id()))).containsEntry("src/main.py", "two");
  }

  private static List<Path> contents(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void aRepositoryWhoseCreationWasCutShortIsFinished() throws Exception {
    repository.close();
    Files.delete(bare.resolve("refs/heads/main"));
    Files.delete(bare.resolve("HEAD"));
    reopen();

    committed(repository, deploy(TODO, "one"));
  }

  @Test
  void aRepositoryThatLostMainIsNotStartedAfresh() throws Exception {
    AppCommit commit = committed(repository, deploy(TODO, "one"));
    repository.close();
    Files.delete(bare.resolve("refs/heads/main"));

    assertThatThrownBy(this::reopen)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("has lost its branch main");
    git.git("update-ref", "refs/heads/main", commit.id().sha());
    reopen();
  }

  @Test
  void aMainThatAPowerCutLeftEmptyIsToldAndNotWrittenOver() throws Exception {
    AppCommit commit = committed(repository, deploy(TODO, "one"));
    repository.close();
    Files.write(bare.resolve("refs/heads/main"), new byte[0]);

    assertThatThrownBy(this::reopen)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("has lost its branch main");
    Files.writeString(bare.resolve("refs/heads/main"), commit.id() + "\n");
    reopen();
    assertThat(repository.latest(TODO)).contains(commit);
  }

  @Test
  void callersPastTheQueueAreBusyAndThoseInItAreServedAtShutdown() throws Exception {
    Gate gate = new Gate();
    steps.set(gate);
    List<CompletableFuture<CommitOutcome<AppCommit>>> answers = new ArrayList<>();
    answers.add(repository.commit(deploy(SHOP, "first")));
    gate.awaitWriter();
    for (int i = 0; i < GroupCommit.QUEUE; i++) {
      answers.add(repository.commit(deploy(TODO, "v" + i)));
    }
    assertThat(repository.commit(deploy(TODO, "too many")).getNow(new CommitOutcome.Rejected<>("")))
        .isInstanceOf(CommitOutcome.Busy.class);

    Thread closing = Thread.ofVirtual().start(repository::close);
    gate.open();
    assertThat(closing.join(Duration.ofMinutes(2))).isTrue();

    for (CompletableFuture<CommitOutcome<AppCommit>> answer : answers) {
      assertThat(answer.get(60, TimeUnit.SECONDS)).isInstanceOf(CommitOutcome.Committed.class);
    }
    assertThat(git.git("rev-list", "--count", "main")).isEqualTo(2 + GroupCommit.QUEUE + "\n");
  }
}
