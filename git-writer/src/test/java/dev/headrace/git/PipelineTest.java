package dev.headrace.git;

import static dev.headrace.git.Samples.CLOCK;
import static dev.headrace.git.Samples.KEY;
import static dev.headrace.git.Samples.SHOP;
import static dev.headrace.git.Samples.TODO;
import static dev.headrace.git.Samples.committed;
import static dev.headrace.git.Samples.deploy;
import static dev.headrace.git.Samples.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A batch is built while the one below it is being published, which may come to nothing. */
class PipelineTest {

  @TempDir private Path folder;
  private final AtomicReference<CommitSteps> steps = new AtomicReference<>(CommitSteps.NONE);
  private StockGit git;
  private PlatformRepository repository;

  @BeforeEach
  void open() {
    Path bare = folder.resolve("platform.git");
    git = new StockGit(bare);
    repository = PlatformRepository.open(bare, KEY, CLOCK, step -> steps.get().reached(step));
  }

  @AfterEach
  void close() {
    repository.close();
    git.passesFsck();
  }

  /** Stops the first batch at a step, until it is told how to go on. */
  private static final class Held implements CommitSteps {
    private final Step where;
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final Semaphore built = new Semaphore(0);
    private final AtomicReference<Optional<String>> failure =
        new AtomicReference<>(Optional.empty());

    Held(Step where) {
      this.where = where;
    }

    @Override
    public void reached(Step step) throws IOException {
      if (step == Step.COMMITS_BUILT) {
        built.release();
      }
      if (step == where && held.getCount() > 0) {
        held.countDown();
        await(released);
        if (failure.get().isPresent()) {
          throw new IOException(failure.get().get());
        }
      }
    }

    void awaitHeld() throws IOException {
      await(held);
      built.drainPermits();
    }

    void awaitNextBuilt() throws InterruptedException {
      assertThat(built.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
    }

    void goOn() {
      released.countDown();
    }

    void fail() {
      failure.set(Optional.of("No space left on device"));
      released.countDown();
    }

    private static void await(CountDownLatch latch) throws IOException {
      try {
        assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
  }

  private Held hold(CommitSteps.Step where) {
    Held held = new Held(where);
    steps.set(held);
    return held;
  }

  @Test
  void theNextBatchIsBuiltMeanwhileAndAnsweredAfterTheFirst() throws Exception {
    Held held = hold(CommitSteps.Step.OBJECTS_DURABLE);
    CompletableFuture<CommitOutcome<AppCommit>> first = repository.commit(deploy(TODO, "one"));
    held.awaitHeld();
    CompletableFuture<CommitOutcome<AppCommit>> second = repository.commit(deploy(TODO, "two"));
    held.awaitNextBuilt();

    assertThat(first).isNotDone();
    assertThat(second).isNotDone();
    assertThat(repository.latest(TODO)).isEmpty();
    assertThat(git.git("rev-list", "--count", "main")).isEqualTo("1\n");

    held.goOn();
    AppCommit one = Samples.committed(outcome(first));
    AppCommit two = Samples.committed(outcome(second));
    assertThat(two.previous()).contains(one.id());
    assertThat(two.version()).hasValue(2);
    assertThat(Samples.text(repository.files(TODO, two.id()))).containsEntry("src/main.py", "two");
  }

  @Test
  void whatWasBuiltUponABatchThatFailedIsBuiltAgainWithoutIt() throws Exception {
    AppCommit before = committed(repository, deploy(TODO, "before"));
    Held held = hold(CommitSteps.Step.OBJECTS_DURABLE);
    CompletableFuture<CommitOutcome<AppCommit>> first = repository.commit(deploy(TODO, "one"));
    held.awaitHeld();
    CompletableFuture<CommitOutcome<AppCommit>> second = repository.commit(deploy(TODO, "two"));
    held.awaitNextBuilt();

    held.fail();
    assertThat(outcome(first)).isInstanceOf(CommitOutcome.Failed.class);
    AppCommit two = Samples.committed(outcome(second));
    assertThat(two.previous()).contains(before.id());
    assertThat(two.version()).hasValue(2);
    assertThat(Samples.text(repository.files(TODO, two.id()))).containsEntry("src/main.py", "two");
    assertThat(git.git("rev-list", "--count", "main")).isEqualTo("3\n");
  }

  @ParameterizedTest
  @EnumSource(
      value = CommitSteps.Step.class,
      names = {"MAIN_MOVED", "MAIN_DURABLE"})
  void whatWasBuiltUponABatchInDoubtStandsOnceThatIsFoundOnMain(CommitSteps.Step where)
      throws Exception {
    Held held = hold(where);
    CompletableFuture<CommitOutcome<AppCommit>> first = repository.commit(deploy(TODO, "one"));
    held.awaitHeld();
    CompletableFuture<CommitOutcome<AppCommit>> second = repository.commit(deploy(TODO, "two"));
    held.awaitNextBuilt();

    held.fail();
    assertThat(outcome(first)).isInstanceOf(CommitOutcome.Unknown.class);
    assertThat(Samples.committed(outcome(second)).version()).hasValue(2);
    assertThat(git.git("rev-list", "--count", "main")).isEqualTo("3\n");
  }

  @ParameterizedTest
  @EnumSource(
      value = CommitSteps.Step.class,
      names = {"OBJECTS_DURABLE", "MAIN_DURABLE"})
  void aRequestSentAgainWhileItIsPublishedIsOneCommit(CommitSteps.Step where) throws Exception {
    Change change = deploy(TODO, "one");
    Held held = hold(where);
    CompletableFuture<CommitOutcome<AppCommit>> first = repository.commit(change);
    held.awaitHeld();
    CompletableFuture<CommitOutcome<AppCommit>> again = repository.commit(change);
    held.awaitNextBuilt();
    assertThat(again).isNotDone();

    held.goOn();
    AppCommit commit = Samples.committed(outcome(first));
    assertThat(outcome(again)).isEqualTo(new CommitOutcome.AlreadyCommitted<>(commit));
  }

  @Test
  void aRequestSentAgainWhileItFailsIsCommittedTheSecondTime() throws Exception {
    Change change = deploy(TODO, "one");
    Held held = hold(CommitSteps.Step.OBJECTS_DURABLE);
    CompletableFuture<CommitOutcome<AppCommit>> first = repository.commit(change);
    held.awaitHeld();
    CompletableFuture<CommitOutcome<AppCommit>> again = repository.commit(change);
    held.awaitNextBuilt();

    held.fail();
    assertThat(outcome(first)).isInstanceOf(CommitOutcome.Failed.class);
    assertThat(Samples.committed(outcome(again)).version()).hasValue(1);
  }

  @Test
  void aRollbackMayFollowDeploysThatAreNotPublishedYet() throws Exception {
    AppCommit one = committed(repository, deploy(TODO, "one"));
    Held held = hold(CommitSteps.Step.OBJECTS_DURABLE);
    var _ = repository.commit(deploy(SHOP, "published"));
    held.awaitHeld();
    var _ = repository.commit(deploy(SHOP, "built"));
    held.awaitNextBuilt();
    var _ = repository.commit(deploy(TODO, "two"));
    var _ = repository.commit(deploy(TODO, "one"));
    var _ = repository.commit(deploy(TODO, "four"));
    CompletableFuture<CommitOutcome<AppCommit>> rollback =
        repository.commit(Samples.restore(TODO, one.id()));

    held.goOn(); // now these four are one batch
    AppCommit back = Samples.committed(outcome(rollback));
    assertThat(back.version()).hasValue(5);
    assertThat(git.git("log", "-1", "--format=%b", back.id().sha()))
        .contains("This reverts commit " + back.previous().orElseThrow());
  }

  @Test
  void onlyWhatIsNewOnTheWayToAnAppIsWritten() {
    committed(repository, deploy(TODO, "one"));
    committed(repository, deploy(SHOP, "one"));
    long before = packed();
    committed(repository, deploy(TODO, "two"));

    // the commit, the root, apps and three folders, the app's directory and its src, the file
    assertThat(packed() - before).isEqualTo(9);
  }

  private long packed() {
    return git.git("count-objects", "-v")
        .lines()
        .filter(line -> line.startsWith("in-pack: "))
        .mapToLong(line -> Long.parseLong(line.substring("in-pack: ".length())))
        .sum();
  }
}
