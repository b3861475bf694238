package dev.headrace.git;

import static dev.headrace.git.Samples.CLOCK;
import static dev.headrace.git.Samples.KEY;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConcurrentCallersTest {

  private static final int CALLERS = 256;
  private static final int APPS = 32;

  @Test
  void everyCallerGetsACommitOfItsOwnAndEachAppAnUnbrokenChain(@TempDir Path folder)
      throws Exception {
    Path bare = folder.resolve("platform.git");
    try (PlatformRepository repository = PlatformRepository.open(bare, KEY, CLOCK);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<AppCommit>> calls =
          IntStream.range(0, CALLERS)
              .<Callable<AppCommit>>mapToObj(i ->
                  () -> Samples.committed(repository, Samples.deploy(app(i % APPS), "caller " + i)))
              .toList();
      List<Future<AppCommit>> commits = callers.invokeAll(calls);

      assertThat(commits.stream().map(Future::resultNow).map(AppCommit::id))
          .doesNotHaveDuplicates();
      for (int i = 0; i < APPS; i++) {
        assertThat(repository.history(app(i), CALLERS, Optional.empty()))
            .extracting(commit -> commit.version().orElseThrow())
            .containsExactly(8, 7, 6, 5, 4, 3, 2, 1);
      }
      for (Future<AppCommit> commit : commits) {
        AppCommit it = commit.resultNow();
        assertThat(Samples.digest(code(repository, it)))
            .isEqualTo(it.contentDigest().orElseThrow());
      }
    }
    new StockGit(bare).passesFsck();
    assertThat(new StockGit(bare).git("rev-list", "--count", "main")).isEqualTo("257\n");
  }

  @Test
  void aCallerThatNeverComesBackFromItsAnswerHoldsUpNobody(@TempDir Path folder) {
    CountDownLatch never = new CountDownLatch(1);
    Path bare = folder.resolve("platform.git");
    try (PlatformRepository repository = PlatformRepository.open(bare, KEY, CLOCK)) {
      for (int i = 0; i < CALLERS; i++) {
        var _ =
            repository
                .commit(Samples.deploy(app(i % APPS), "caller " + i))
                .thenAccept(_ -> awaitForEver(never));
      }
      AppCommit next = Samples.committed(repository, Samples.deploy(app(0), "next"));
      assertThat(next.version()).hasValue(CALLERS / APPS + 1);
    } finally {
      never.countDown();
    }
  }

  private static void awaitForEver(CountDownLatch never) {
    try {
      never.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void ofTenThousandChangesAtShutdownEachIsCommittedOrToldThatItIsNot(@TempDir Path folder)
      throws Exception {
    Path bare = folder.resolve("platform.git");
    PlatformRepository repository = PlatformRepository.open(bare, KEY, CLOCK);
    Queue<CompletableFuture<CommitOutcome<AppCommit>>> answers = new ConcurrentLinkedQueue<>();
    CountDownLatch some = new CountDownLatch(2_000);
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 10_000; i++) {
        Change change = Samples.deploy(app(i % APPS), "change " + i);
        callers.execute(() -> {
          answers.add(repository.commit(change));
          some.countDown();
        });
      }
      some.await();
      repository.close();
    }

    List<CommitOutcome<AppCommit>> outcomes =
        answers.stream().<CommitOutcome<AppCommit>>map(Samples::outcome).toList();
    long committed = outcomes.stream().filter(CommitOutcome.Committed.class::isInstance).count();
    assertThat(outcomes).hasSize(10_000);
    assertThat(committed).isPositive();
    assertThat(outcomes)
        .filteredOn(outcome -> !(outcome instanceof CommitOutcome.Committed))
        .isNotEmpty()
        .hasOnlyElementsOfTypes(CommitOutcome.Busy.class, CommitOutcome.Failed.class);
    assertThat(new StockGit(bare).git("rev-list", "--count", "main"))
        .isEqualTo(committed + 1 + "\n");
    new StockGit(bare).passesFsck();
  }

  private static String code(PlatformRepository repository, AppCommit commit) {
    String code = Samples.text(repository.files(commit.app(), commit.id())).get("src/main.py");
    assertThat(code).isNotNull();
    return String.valueOf(code);
  }

  private static AppId app(int number) {
    return new AppId("app%05d".formatted(number));
  }
}
