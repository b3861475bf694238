package dev.headrace.git;

import static dev.headrace.git.Samples.CLOCK;
import static dev.headrace.git.Samples.KEY;
import static dev.headrace.git.Samples.TODO;
import static dev.headrace.git.Samples.deploy;
import static dev.headrace.git.Samples.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A small file system of its own, made in a user and mount namespace that ends with the process.
 */
class FullDiskTest {

  private static final String MOUNT = "mount -t tmpfs -o size=6m none \"$0\" && exec \"$@\"";

  @ParameterizedTest(name = "{0} changes at once")
  @ValueSource(ints = {1, 32})
  void aFullDiskLosesNothingAndIsForgottenOnceThereIsRoom(int atOnce, @TempDir Path mount) {
    assumeTrue(
        StockGit.run(inNamespace(mount, List.of("true")), "").exit() == 0,
        "this kernel does not let us mount a small tmpfs in a user namespace");

    StockGit.Result result =
        StockGit.run(
            inNamespace(
                mount, ChildJvm.command(Filler.class, mount.toString(), Integer.toString(atOnce))),
            "");

    assertThat(result.exit()).as("%s", result).isZero();
    assertThat(result.out()).endsWith("recovered\n");
  }

  static List<String> inNamespace(Path mount, List<String> command) {
    List<String> whole =
        new ArrayList<>(List.of("unshare", "-Urm", "sh", "-c", MOUNT, mount.toString()));
    whole.addAll(command);
    return whole;
  }

  /** Commits until the disk is full, makes room, and goes on with the same repository. */
  static final class Filler {

    private static final Random RANDOM = new Random(42);

    private Filler() {}

    public static void main(String[] arguments) throws IOException {
      Path disk = Path.of(arguments[0]);
      int atOnce = Integer.parseInt(arguments[1]);
      Path ballast = disk.resolve("ballast");
      Files.write(ballast, new byte[1 << 20]);
      Path bare = disk.resolve("platform.git");
      StockGit git = new StockGit(bare);
      try (PlatformRepository repository = PlatformRepository.open(bare, KEY, CLOCK)) {
        List<Change> failed = List.of();
        int committed = 0;
        while (failed.isEmpty()) {
          List<Change> changes = changes(atOnce);
          List<CommitOutcome<AppCommit>> outcomes =
              changes.stream().map(repository::commit).toList().stream()
                  .map(CompletableFuture::join)
                  .toList();
          failed = new ArrayList<>();
          for (int i = 0; i < changes.size(); i++) {
            switch (outcomes.get(i)) {
              case CommitOutcome.Committed(AppCommit ignored) -> committed++;
              case CommitOutcome.Failed(String ignored, Throwable cause)
                  when cause instanceof IOException ->
                  failed.add(changes.get(i));
              case CommitOutcome<AppCommit> other -> throw new AssertionError(other);
            }
          }
          if (committed > 10_000) {
            throw new AssertionError("the disk never got full");
          }
        }
        git.passesFsck();
        assertThat(repository.between(Optional.empty(), repository.head())).hasSize(committed);

        Files.delete(ballast);
        assertThat(outcome(repository, failed.getFirst()))
            .isInstanceOf(CommitOutcome.Committed.class);
        assertThat(outcome(repository, deploy(TODO, "small")))
            .isInstanceOf(CommitOutcome.Committed.class);
        git.passesFsck();
      }
      System.out.println("recovered");
    }

    private static List<Change> changes(int count) {
      Change[] changes = new Change[count];
      Arrays.setAll(changes, i -> incompressible());
      return List.of(changes);
    }

    private static Change incompressible() {
      byte[] noise = new byte[10_000];
      RANDOM.nextBytes(noise);
      TreeMap<String, byte[]> files = new TreeMap<>(Samples.files("x"));
      files.put("src/noise.bin", noise);
      return Samples.with(Action.DEPLOY, TODO, "todo-api", new Contents.Files(files));
    }
  }
}
