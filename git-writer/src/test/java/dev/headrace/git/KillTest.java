package dev.headrace.git;

import static dev.headrace.git.Samples.ALICE;
import static dev.headrace.git.Samples.CLOCK;
import static dev.headrace.git.Samples.KEY;
import static dev.headrace.git.Samples.TODO;
import static dev.headrace.git.Samples.committed;
import static dev.headrace.git.Samples.deploy;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A writer that is killed in the middle of its work, and what is there afterwards. */
class KillTest {

  private static final long SEED = 7L;

  static Stream<Arguments> moments() {
    Random random = new Random(SEED);
    return Stream.of(CommitSteps.Step.values())
        .flatMap(step ->
            Stream.of(Arguments.of(step, 1, 1), Arguments.of(step, 2 + random.nextInt(9), 24)));
  }

  @ParameterizedTest(name = "at {0}, time {1}, {2} callers")
  @MethodSource("moments")
  void whatWasAnsweredIsThereOnceAndTheRestWhollyOrNotAtAll(
      CommitSteps.Step step, int time, int callers, @TempDir Path folder) {
    Path bare = folder.resolve("platform.git");
    StockGit.Result killed =
        StockGit.run(
            ChildJvm.command(
                Writer.class,
                bare.toString(),
                step.name(),
                Integer.toString(time),
                Integer.toString(callers)),
            "");
    assertThat(killed.exit()).as("killed: %s", killed).isEqualTo(128 + 9);
    Set<String> sent = ids(killed, "sent ");
    Set<String> answered = ids(killed, "answered ");

    try (PlatformRepository repository = PlatformRepository.open(bare, KEY, CLOCK)) {
      List<String> found = deployIds(bare);
      assertThat(found).doesNotHaveDuplicates().containsAll(answered);
      assertThat(sent).containsAll(found);
      List<AppCommit> ofApps = repository.between(Optional.empty(), repository.head()).toList();
      for (AppCommit commit : ofApps) {
        assertThat(repository.files(commit.app(), commit.id())).hasSameSizeAs(Samples.files(""));
      }
      for (TenantId tenant : repository.tenants(repository.head())) {
        assertThat(repository.tree(tenant, repository.head()))
            .isEqualTo(repository.latest(tenant).orElseThrow().tree());
      }
      new StockGit(bare).passesFsck();
      committed(repository, deploy(TODO, "after"));
    }
    new StockGit(bare).passesFsck();
  }

  private static List<String> deployIds(Path bare) {
    return new StockGit(bare)
        .git("log", "--format=%(trailers:key=Deploy-Id,valueonly)", "main")
        .lines()
        .filter(line -> !line.isBlank())
        .toList();
  }

  private static Set<String> ids(StockGit.Result result, String prefix) {
    return result
        .out()
        .lines()
        .filter(line -> line.startsWith(prefix))
        .map(line -> line.substring(prefix.length()))
        .collect(Collectors.toCollection(HashSet::new));
  }

  /** Commits apps and tenants from several callers until it reaches its end. */
  static final class Writer {

    private Writer() {}

    public static void main(String[] arguments) throws IOException {
      CommitSteps.Step where = CommitSteps.Step.valueOf(arguments[1]);
      AtomicInteger times = new AtomicInteger(Integer.parseInt(arguments[2]));
      int callers = Integer.parseInt(arguments[3]);
      long seed = arguments.length > 4 ? Long.parseLong(arguments[4]) : 0;
      PlatformRepository repository =
          PlatformRepository.open(
              Path.of(arguments[0]),
              KEY,
              CLOCK,
              step -> {
                if (step == where && times.decrementAndGet() == 0) {
                  ChildJvm.killItself();
                }
              });
      IntStream.range(0, callers)
          .forEach(i -> Thread.ofPlatform().start(() -> commitForEver(repository, i, seed)));
    }

    private static void commitForEver(PlatformRepository repository, int caller, long seed) {
      AppId app = new AppId("app%05d".formatted(caller));
      TenantId tenant = new TenantId("%024x".formatted(caller));
      Random ids = new Random(1_000 * seed + caller);
      for (int i = 0; true; i++) {
        DeployId id = DeployId.next(CLOCK, ids);
        say("sent " + id);
        if (i % 2 == 0) {
          committed(repository, deploy(app, "print(" + i + ")", id));
        } else {
          Contents files = new Contents.Files(Samples.files("print(" + i + ")"));
          committed(repository, new TenantChange(id, tenant, ALICE, files, Optional.empty()));
        }
        say("answered " + id);
      }
    }

    private static synchronized void say(String line) {
      System.out.println(line);
      System.out.flush();
    }
  }
}
