package dev.headrace.git;

import static dev.headrace.git.Samples.CLOCK;
import static dev.headrace.git.Samples.KEY;
import static dev.headrace.git.Samples.SHOP;
import static dev.headrace.git.Samples.TODO;
import static dev.headrace.git.Samples.committed;
import static dev.headrace.git.Samples.deploy;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MaintenanceTest {

  @TempDir private Path folder;
  private Path bare;
  private StockGit git;

  @BeforeEach
  void place() {
    bare = folder.resolve("platform.git");
    git = new StockGit(bare);
  }

  @ParameterizedTest
  @EnumSource
  void afterManySmallBatchesPacksAreFewAndTheCommitGraphHoldsMain(Upkeep.Tool tool)
      throws Exception {
    Maintenance.Settings settings = Upkeep.settings(tool.path, 24, Duration.ofMillis(200));
    try (PlatformRepository repository = Upkeep.open(bare, settings)) {
      AppCommit last = committed(repository, deploy(SHOP, "shop"));
      for (int i = 0; i < 300; i++) {
        last = committed(repository, deploy(TODO, "v" + i));
      }
      Upkeep.awaitIdle(repository);

      MaintenanceStatus status = repository.maintenance();
      assertThat(status.packs()).isLessThan(50);
      assertThat(status.failure()).isEmpty();
      assertThat(git.git("count-objects", "-v"))
          .contains("count: 0\n", "packs: " + status.packs() + "\n", "garbage: 0\n");
      assertThat(graphHolds(last.id())).isTrue();
      assertThat(repository.history(TODO, 1_000, Optional.empty())).hasSize(300);
      assertThat(Samples.text(repository.files(TODO, last.id())))
          .containsEntry("src/main.py", "v299");
    }
    git.git("commit-graph", "verify");
    if (tool == Upkeep.Tool.NATIVE_GIT) {
      git.git("multi-pack-index", "verify");
    }
    byte[] graph = Files.readAllBytes(bare.resolve("objects/info/commit-graph"));
    assertThat(new String(graph, 0, 200, StandardCharsets.ISO_8859_1))
        .as("filters of changed paths")
        .contains("BDAT");
    git.passesFsck();
  }

  @Test
  void theCommitGraphDoesNotWaitOnceMuchIsNew() throws Exception {
    Maintenance.Settings settings =
        Upkeep.settings(
            Upkeep.Tool.NATIVE_GIT.path,
            24,
            300,
            Duration.ofMillis(200),
            Duration.ofDays(1),
            Duration.ofDays(1));
    try (PlatformRepository repository = Upkeep.open(bare, settings)) {
      committed(repository, deploy(TODO, "first"));
      Upkeep.awaitIdle(repository);
      AppCommit last = committed(repository, deploy(TODO, "v0"));
      for (int i = 1; i < 1_000; i++) {
        last = committed(repository, deploy(TODO, "v" + i));
      }

      Upkeep.awaitIdle(repository);

      assertThat(graphHolds(last.id())).isTrue();
    }
  }

  private boolean graphHolds(CommitId commit) throws Exception {
    try (var repository = Samples.repository(bare)) {
      repository.getConfig().setBoolean("core", null, "commitGraph", true);
      return repository
              .getObjectDatabase()
              .getCommitGraph()
              .orElseThrow()
              .findGraphPosition(commit.objectId())
          >= 0;
    }
  }

  @Test
  void packsAreGatheredAlsoWhileCommitsComeWithoutEnd() {
    Maintenance.Settings settings =
        Upkeep.settings(
            Upkeep.Tool.NATIVE_GIT.path,
            24,
            60,
            Duration.ofMillis(500),
            Duration.ZERO,
            Duration.ofMinutes(5));
    try (PlatformRepository repository = Upkeep.open(bare, settings)) {
      Upkeep.await(
          () -> {
            committed(repository, deploy(TODO, "again"));
            return repository.maintenance().gatherings() >= 2;
          },
          repository::maintenance);
    }
    git.passesFsck();
  }

  @Test
  void packsAreGatheredWhileTheCommitGraphIsBeingWritten() throws Exception {
    Path written = folder.resolve("written");
    Path mayEnd = folder.resolve("may-end");
    String path =
        Upkeep.path(
            folder.resolve("bin"),
            """
            case "$*" in
              *commit-graph*)
                touch %s
                until [ -e %s ]; do sleep 0.01; done ;;
            esac
            exec %s "$@"
            """
                .formatted(written, mayEnd, Upkeep.git()));
    try (PlatformRepository repository = Upkeep.open(bare, Upkeep.always(path))) {
      committed(repository, deploy(TODO, "one"));
      Upkeep.await(() -> Files.exists(written), repository::maintenance);
      int before = repository.maintenance().gatherings();

      Upkeep.await(
          () -> {
            committed(repository, deploy(TODO, "again"));
            return repository.maintenance().gatherings() >= before + 2;
          },
          repository::maintenance);

      assertThat(bare.resolve("objects/info/commit-graph")).doesNotExist();
      assertThat(bare.resolve("commit-graph.pid")).exists();
      Files.createFile(mayEnd);
      Upkeep.awaitIdle(repository);
      assertThat(repository.maintenance().failure()).isEmpty();
    }
    git.git("commit-graph", "verify");
    assertThat(bare.resolve("commit-graph.pid")).doesNotExist();
    git.passesFsck();
  }

  @ParameterizedTest
  @EnumSource
  void readersAndWritersNoticeNothing(Upkeep.Tool tool) throws Exception {
    List<AppCommit> commits = new CopyOnWriteArrayList<>();
    try (PlatformRepository repository = Upkeep.open(bare, Upkeep.always(tool.path));
        ExecutorService threads = Executors.newCachedThreadPool()) {
      commits.add(committed(repository, deploy(TODO, "first")));
      BooleanSupplier enough = () -> repository.maintenance().gatherings() >= 12;
      List<Callable<Integer>> work = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        AppId app = new AppId("app%05d".formatted(i));
        work.add(() -> write(repository, app, commits, enough));
        work.add(() -> read(repository, commits, enough));
      }
      work.add(() -> readWithStockGit(enough));
      for (Future<Integer> each : threads.invokeAll(work)) {
        assertThat(each.get()).isPositive();
      }
      assertThat(repository.maintenance().failure()).isEmpty();
    }
    assertThat(git.git("log", "--format=%H", "main").lines())
        .containsAll(commits.stream().map(commit -> commit.id().sha()).toList());
    git.passesFsck();
  }

  private static int write(
      PlatformRepository repository, AppId app, List<AppCommit> commits, BooleanSupplier enough) {
    int written = 0;
    while (!enough.getAsBoolean()) {
      commits.add(committed(repository, deploy(app, "version " + written++)));
    }
    return written;
  }

  private static int read(
      PlatformRepository repository, List<AppCommit> commits, BooleanSupplier enough) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int read = 0;
    for (; !enough.getAsBoolean(); read++) {
      AppCommit commit = commits.get(random.nextInt(commits.size()));
      assertThat(Samples.digest(source(repository, commit)))
          .as("seed %d", seed)
          .isEqualTo(commit.contentDigest().orElseThrow());
    }
    return read;
  }

  private static byte[] source(PlatformRepository repository, AppCommit commit) {
    byte[] source = repository.files(commit.app(), commit.id()).get("src/main.py");
    return source == null ? new byte[0] : source;
  }

  private int readWithStockGit(BooleanSupplier enough) {
    int read = 0;
    for (; !enough.getAsBoolean(); read++) {
      git.git("rev-list", "--objects", "--quiet", "main");
    }
    return read;
  }

  @Test
  void withoutGitOrWithAnOldOneJGitDoesItAndSaysSo() throws Exception {
    String old = Upkeep.path(folder.resolve("bin"), "echo git version 2.30.2\n");
    for (String path : List.of("/nowhere", old)) {
      try (PlatformRepository repository = Upkeep.open(bare, Upkeep.always(path))) {
        Upkeep.awaitIdle(repository);
        assertThat(repository.maintenance().by())
            .startsWith("JGit")
            .endsWith("because native git 2.34 or newer is not installed");
      }
    }
  }

  @Test
  void gitRunsAtLowPriorityAndSeesNothingOfTheHost() throws Exception {
    Path seen = folder.resolve("seen");
    String path =
        Upkeep.path(
            folder.resolve("bin"),
            """
            case "$*" in *pack-objects*) { nice; env; } > %s ;; esac
            exec %s "$@"
            """
                .formatted(seen, Upkeep.git()));
    try (PlatformRepository repository = Upkeep.open(bare, Upkeep.always(path))) {
      committed(repository, deploy(TODO, "one"));
      committed(repository, deploy(TODO, "two"));
      Upkeep.awaitIdle(repository);
      assertThat(repository.maintenance().by()).startsWith("native git 2.");
    }
    List<String> lines = Files.readAllLines(seen);
    assertThat(lines.getFirst()).isEqualTo("19");
    assertThat(lines.subList(1, lines.size()))
        .extracting(line -> line.substring(0, line.indexOf('=')))
        .isSubsetOf(
            "PATH",
            "HOME",
            "LC_ALL",
            "GIT_CONFIG_NOSYSTEM",
            "GIT_CONFIG_GLOBAL",
            "GIT_ATTR_NOSYSTEM",
            "PWD",
            "OLDPWD",
            "SHLVL",
            "_")
        .contains("GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_GLOBAL");
    assertThat(lines).contains("GIT_CONFIG_GLOBAL=/dev/null", "HOME=" + bare.toRealPath());
  }

  @Test
  void aHungGitIsEndedWithItsChildrenAndCommitsGoOn() throws Exception {
    Path started = folder.resolve("started");
    String path =
        Upkeep.path(
            folder.resolve("bin"),
            """
            case "$*" in *version) echo git version 2.39.5; exit ;; esac
            sleep 1000 &
            echo $$ $! >> %s
            wait
            """
                .formatted(started));
    try (PlatformRepository repository = Upkeep.open(bare, Upkeep.impatient(path))) {
      Upkeep.await(
          () -> {
            committed(repository, deploy(TODO, "again"));
            return lines(started).size() >= 3;
          },
          repository::maintenance);
      assertThat(repository.maintenance().failure().orElseThrow())
          .contains("did not end within")
          .contains("was ended");
      assertThat(repository.maintenance().gatherings()).isZero();

      Files.delete(folder.resolve("bin/git"));
      Files.createSymbolicLink(folder.resolve("bin/git"), Path.of(Upkeep.git()));
      Upkeep.awaitIdle(repository);
      assertThat(repository.maintenance().failure()).isEmpty();
      assertThat(repository.maintenance().packs()).isLessThan(10);
    }
    for (String pids : lines(started)) {
      for (String pid : pids.split(" ", -1)) {
        Upkeep.await(() -> !isAlive(pid), () -> pid + " of " + pids);
      }
    }
    git.passesFsck();
  }

  private static boolean isAlive(String pid) {
    return ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive).isPresent();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void closingWaitsForNoGit() throws Exception {
    Path started = folder.resolve("started");
    String path =
        Upkeep.path(
            folder.resolve("bin"),
            """
            case "$*" in *version) echo git version 2.39.5; exit ;; esac
            echo $$ >> %s
            sleep 1000
            """
                .formatted(started));
    PlatformRepository repository = Upkeep.open(bare, Upkeep.always(path));
    committed(repository, deploy(TODO, "one"));
    Upkeep.await(() -> !lines(started).isEmpty(), repository::maintenance);

    Thread closing = Thread.ofVirtual().start(repository::close);

    assertThat(closing.join(Duration.ofSeconds(30))).isTrue();
    assertThat(isAlive(lines(started).getFirst())).isFalse();
    assertThat(bare.resolve("maintenance.pid")).doesNotExist();
    PlatformRepository.open(bare, KEY, CLOCK).close();
  }
}
