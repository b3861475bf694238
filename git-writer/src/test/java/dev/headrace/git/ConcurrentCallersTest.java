package dev.headrace.git;

import static dev.headrace.git.Samples.CLOCK;
import static dev.headrace.git.Samples.KEY;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
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

  private static String code(PlatformRepository repository, AppCommit commit) {
    String code = Samples.text(repository.files(commit.app(), commit.id())).get("src/main.py");
    assertThat(code).isNotNull();
    return String.valueOf(code);
  }

  private static AppId app(int number) {
    return new AppId("app%05d".formatted(number));
  }
}
