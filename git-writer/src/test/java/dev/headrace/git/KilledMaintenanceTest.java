package dev.headrace.git;

import static dev.headrace.git.Samples.CLOCK;
import static dev.headrace.git.Samples.KEY;
import static dev.headrace.git.Samples.TODO;
import static dev.headrace.git.Samples.committed;
import static dev.headrace.git.Samples.deploy;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A Headrace that is killed while it gathers packs, and what is there afterwards. */
class KilledMaintenanceTest {

  @TempDir private Path folder;

  enum Pace {
    QUIET,
    HURRIED;

    Maintenance.Settings settings(String path) {
      return this == QUIET ? Upkeep.always(path) : Upkeep.hurried(path);
    }
  }

  static Stream<Arguments> moments() {
    return Stream.of(GatheringSteps.Step.values())
        .flatMap(step ->
            Stream.concat(
                Stream.of(Pace.values())
                    .map(pace -> Arguments.of(step, Upkeep.Tool.NATIVE_GIT, pace)),
                step == GatheringSteps.Step.INDEX_NAMED
                    ? Stream.of(Arguments.of(step, Upkeep.Tool.JGIT, Pace.QUIET))
                    : Stream.of()));
  }

  @ParameterizedTest(name = "at {0}, with {1}, {2}")
  @MethodSource("moments")
  void everyAcknowledgedCommitIsThereAndTheNextOneAtOnce(
      GatheringSteps.Step step, Upkeep.Tool tool, Pace pace) throws IOException {
    Path bare = folder.resolve("platform.git");
    StockGit.Result killed = kill(bare, tool.path, step.name(), pace);
    assertThat(killed.exit()).as("%s", killed).isEqualTo(128 + 9);

    isInOrderAfterwards(bare, killed);
  }

  @ParameterizedTest
  @CsvSource({
    "pack-objects, maintenance.pid, objects/pack/tmp_pack_Ab12Cd",
    "commit-graph, commit-graph.pid, objects/info/commit-graph.lock"
  })
  void aGitThatOutlivesItIsEnded(String command, String pid, String unfinished) throws IOException {
    Path bare = folder.resolve("platform.git");
    String path =
        Upkeep.path(
            folder.resolve("bin"),
            """
            case "$*" in
              *%s*)
                mkdir -p %s/objects/info
                echo half > %s
                until [ -s %s ]; do sleep 0.01; done
                seen=0
                while [ $seen -lt 4 ]; do
                  read -r now < %s/refs/heads/main
                  [ "$now" = "$last" ] || seen=$((seen + 1))
                  last=$now
                done
                kill -9 $PPID
                while true; do sleep 1; done ;;
              *) exec %s "$@" ;;
            esac
            """
                .formatted(
                    command,
                    bare,
                    bare.resolve(unfinished),
                    bare.resolve(pid),
                    bare,
                    Upkeep.git()));
    StockGit.Result killed = kill(bare, path, "NEVER", Pace.QUIET);
    assertThat(killed.exit()).as("%s", killed).isEqualTo(128 + 9);
    long orphan = Long.parseLong(Files.readString(bare.resolve(pid)));
    assertThat(ProcessHandle.of(orphan))
        .hasValueSatisfying(it -> assertThat(it.isAlive()).isTrue());

    isInOrderAfterwards(bare, killed);

    Upkeep.await(
        () -> ProcessHandle.of(orphan).filter(ProcessHandle::isAlive).isEmpty(), () -> orphan);
    assertThat(bare.resolve(pid)).doesNotExist();
    assertThat(bare.resolve(unfinished)).doesNotExist();
  }

  @Test
  void aProcessThatHasItsNumberByNowIsLeftAlone() throws Exception {
    Path bare = folder.resolve("platform.git");
    PlatformRepository.open(bare, KEY, CLOCK).close();
    Process innocent = new ProcessBuilder("sleep", "1000").start();
    try {
      Files.writeString(bare.resolve("maintenance.pid"), Long.toString(innocent.pid()));
      Upkeep.open(bare, Upkeep.NEVER).close();
      assertThat(innocent.isAlive()).isTrue();
      assertThat(bare.resolve("maintenance.pid")).doesNotExist();
    } finally {
      innocent.destroyForcibly();
    }
  }

  private static StockGit.Result kill(Path bare, String path, String step, Pace pace) {
    return StockGit.run(
        ChildJvm.command(Gatherer.class, bare.toString(), path, step, pace.name()), "");
  }

  private static void isInOrderAfterwards(Path bare, StockGit.Result killed) throws IOException {
    List<String> answered =
        killed
            .out()
            .lines()
            .filter(line -> line.startsWith("answered "))
            .map(line -> line.substring("answered ".length()))
            .toList();
    assertThat(answered).isNotEmpty();
    StockGit git = new StockGit(bare);
    try (PlatformRepository repository = Upkeep.open(bare, Upkeep.NEVER)) {
      committed(repository, deploy(TODO, "after"));
      assertThat(git.git("log", "--format=%H", "main").lines()).containsAll(answered);
      for (String id : answered) {
        AppCommit commit = repository.read(new CommitId(id)).orElseThrow();
        assertThat(repository.files(TODO, commit.id())).hasSameSizeAs(Samples.files(""));
      }
      git.passesFsck();
      try (var files = Files.list(bare.resolve("objects/pack"))) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .allMatch(name -> name.startsWith("pack-") || name.equals("multi-pack-index"));
      }
    }
    try (PlatformRepository repository =
        Upkeep.open(bare, Upkeep.always(Upkeep.Tool.NATIVE_GIT.path))) {
      Upkeep.awaitIdle(repository);
      assertThat(repository.maintenance().failure()).isEmpty();
    }
    assertThat(git.git("log", "--format=%H", "main").lines()).containsAll(answered);
    git.passesFsck();
  }

  /** Commits, with packs being gathered all the time, until it reaches its end. */
  static final class Gatherer {

    private Gatherer() {}

    public static void main(String[] arguments) {
      AtomicInteger times = new AtomicInteger(2);
      PlatformRepository repository =
          PlatformRepository.open(
              Path.of(arguments[0]),
              KEY,
              CLOCK,
              CommitSteps.NONE,
              Pace.valueOf(arguments[3]).settings(arguments[1]),
              step -> {
                if (step.name().equals(arguments[2]) && times.decrementAndGet() == 0) {
                  ChildJvm.killItself();
                }
              });
      Random ids = new Random(1);
      for (int i = 0; true; i++) {
        AppCommit commit =
            committed(repository, deploy(TODO, "print(" + i + ")", DeployId.next(CLOCK, ids)));
        System.out.println("answered " + commit.id().sha());
        System.out.flush();
      }
    }
  }
}
