package dev.headrace.git;

import static dev.headrace.git.Samples.CLOCK;
import static dev.headrace.git.Samples.KEY;
import static dev.headrace.git.Samples.TODO;
import static dev.headrace.git.Samples.committed;
import static dev.headrace.git.Samples.deploy;
import static dev.headrace.git.Samples.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that the kernel made read-only, as it does after an error, and that is mended. */
class ReadOnlyDiskTest {

  @Test
  void nothingIsCommittedAllIsReadAndAfterwardsItGoesOn(@TempDir Path mount, @TempDir Path beside) {
    assumeTrue(
        StockGit.run(FullDiskTest.inNamespace(mount, List.of("true")), "").exit() == 0,
        "this kernel does not let us mount a small tmpfs in a user namespace");

    StockGit.Result result =
        StockGit.run(
            FullDiskTest.inNamespace(
                mount, ChildJvm.command(Writer.class, mount.toString(), beside.toString())),
            "");

    assertThat(result.exit()).as("%s", result).isZero();
    assertThat(result.out()).endsWith("went on\n");
  }

  static final class Writer {

    private Writer() {}

    public static void main(String[] arguments) {
      Path disk = Path.of(arguments[0]);
      Path beside = Path.of(arguments[1]);
      Path bare = disk.resolve("platform.git");
      try (PlatformRepository repository = PlatformRepository.open(bare, KEY, CLOCK)) {
        AppCommit first = committed(repository, deploy(TODO, "one"));
        mount("--bind", disk.toString(), beside.toString());
        mount("-o", "remount,bind,ro", beside.toString());
        mount("--bind", beside.toString(), disk.toString());
        Change refused = deploy(TODO, "two");
        assertThat(outcome(repository, refused)).isInstanceOf(CommitOutcome.Failed.class);
        assertThat(repository.history(TODO, 10, Optional.empty())).containsExactly(first);
        assertThat(repository.files(TODO, first.id())).isNotEmpty();
        run("umount", disk.toString());
        AppCommit second = committed(repository, refused);
        assertThat(repository.history(TODO, 10, Optional.empty())).containsExactly(second, first);
        new StockGit(bare).passesFsck();
      }
      System.out.println("went on");
    }

    private static void mount(String... options) {
      run("mount", options);
    }

    private static void run(String program, String... options) {
      List<String> command = new ArrayList<>(List.of(program));
      command.addAll(List.of(options));
      StockGit.Result result = StockGit.run(command, "");
      assertThat(result.exit()).as("%s: %s", command, result).isZero();
    }
  }
}
