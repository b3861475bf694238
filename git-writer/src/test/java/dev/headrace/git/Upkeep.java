package dev.headrace.git;

import static dev.headrace.git.Samples.CLOCK;
import static dev.headrace.git.Samples.KEY;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.eclipse.jgit.internal.storage.file.FileRepository;

/** Maintenance as tests have it: never, or all the time. */
final class Upkeep {

  enum Tool {
    /** At the priority of the tests, which would leave it little. */
    NATIVE_GIT(pathOfGitAlone()),
    JGIT("/nowhere");

    final String path;

    Tool(String path) {
      this.path = path;
    }
  }

  static final Maintenance.Settings NEVER = settings("/nowhere", 24, Duration.ofDays(1));

  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private Upkeep() {}

  /** Gathers as soon as there are two packs, whether commits come or not. */
  static Maintenance.Settings always(String path) {
    return settings(path, 1, Duration.ZERO);
  }

  static Maintenance.Settings settings(String path, int few, Duration lull) {
    return settings(path, few, 300, lull, Duration.ZERO, Duration.ofSeconds(1));
  }

  static Maintenance.Settings settings(
      String path, int few, int many, Duration lull, Duration graphPause, Duration busyGraphPause) {
    return new Maintenance.Settings(
        path,
        few,
        many,
        lull,
        graphPause,
        busyGraphPause,
        Duration.ofMinutes(1),
        Duration.ofMillis(50));
  }

  /** As soon as there are two packs, as if there were very many, for as long as commits come. */
  static Maintenance.Settings hurried(String path) {
    return settings(path, 1, 1, Duration.ofSeconds(1), Duration.ZERO, Duration.ofSeconds(1));
  }

  static Maintenance.Settings impatient(String path) {
    Maintenance.Settings usual = always(path);
    return new Maintenance.Settings(
        path,
        usual.few(),
        usual.many(),
        usual.lull(),
        usual.graphPause(),
        usual.busyGraphPause(),
        Duration.ofMillis(300),
        usual.retry());
  }

  static PlatformRepository open(Path bare, Maintenance.Settings settings) {
    return PlatformRepository.open(
        bare, KEY, CLOCK, CommitSteps.NONE, settings, GatheringSteps.NONE);
  }

  static void awaitIdle(PlatformRepository repository) {
    await(() -> repository.maintenance().idle(), repository::maintenance);
  }

  static void await(BooleanSupplier condition, Supplier<?> state) {
    long begun = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - begun > DEADLINE.toNanos()) {
        throw new AssertionError("not within " + DEADLINE + ": " + state.get());
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** Gathers once, as another process that opened the repository would. */
  static void gather(Path bare, Tool with) throws IOException {
    gather(bare, with, false, NEVER.few());
  }

  /** The same, as if packs came meanwhile. */
  static void gatherInAHurry(Path bare, Tool with) throws IOException {
    gather(bare, with, true, NEVER.few());
  }

  /** As if more were to be gathered next. */
  static void gatherSome(Path bare, Tool with) throws IOException {
    gather(bare, with, false, 0);
  }

  private static void gather(Path bare, Tool with, boolean hurry, int few) throws IOException {
    try (FileRepository repository = Samples.repository(bare)) {
      PackFolder packs = new PackFolder(bare.resolve("objects/pack"));
      KnownPacks known = new KnownPacks(repository, packs);
      PackTool tool =
          switch (with) {
            case NATIVE_GIT ->
                NativePacks.find(bare, known, with.path, Duration.ofMinutes(1)).orElseThrow();
            case JGIT -> new JGitPacks(repository, known, "of the test");
          };
      new PackGathering(repository, known, GatheringSteps.NONE).run(tool, hurry, few);
    }
  }

  /**
   * A program named git in a folder of its own.
   *
   * @return a path that has it first
   */
  static String path(Path folder, String script) throws IOException {
    Files.createDirectories(folder);
    Path git = folder.resolve("git");
    Files.writeString(git, "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(git, PosixFilePermissions.fromString("rwxr-xr-x"));
    return folder + ":" + System.getenv("PATH");
  }

  private static String pathOfGitAlone() {
    try {
      Path folder = Files.createTempDirectory("headrace-git-alone");
      folder.toFile().deleteOnExit();
      Path git = Files.createSymbolicLink(folder.resolve("git"), Path.of(git()));
      git.toFile().deleteOnExit();
      return folder.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where the machine's own git is. */
  static String git() {
    for (String folder : System.getenv("PATH").split(":", -1)) {
      if (Files.isExecutable(Path.of(folder, "git"))) {
        return Path.of(folder, "git").toString();
      }
    }
    throw new AssertionError("no git");
  }
}
