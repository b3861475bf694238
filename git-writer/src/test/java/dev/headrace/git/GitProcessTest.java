package dev.headrace.git;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitProcessTest {

  @TempDir private Path folder;

  @Test
  void aGitThatTheNextHeadraceWouldNotKnowOfIsEnded() throws Exception {
    Files.createDirectory(folder.resolve("maintenance.pid"));
    String path = Upkeep.path(folder.resolve("bin"), "sleep 1000\n");
    String program = folder.resolve("bin/git").toString();
    GitProcess git =
        new GitProcess(
            folder, new GitProgram(program, path), GitProcess.Purpose.PACKS, Duration.ofMinutes(1));

    assertThatThrownBy(() -> git.run(List.of(), GitProcess.NOTHING, "gc"))
        .isInstanceOf(IOException.class);

    Upkeep.await(() -> !runs(program), () -> program + " runs");
  }

  @Test
  void aGitThatWasNotToldAllHasNotDoneItsWork() throws Exception {
    String path = Upkeep.path(folder.resolve("bin"), "cat\n");
    GitProcess git =
        new GitProcess(
            folder,
            new GitProgram(folder.resolve("bin/git").toString(), path),
            GitProcess.Purpose.PACKS,
            Duration.ofMinutes(1));

    assertThatThrownBy(() ->
            git.run(
                List.of(),
                to -> {
                  to.write("first half".getBytes(StandardCharsets.UTF_8));
                  throw new IOException("a pack's index could not be read");
                },
                "pack-objects"))
        .hasMessageContaining("pack-objects was not told all")
        .hasRootCauseMessage("a pack's index could not be read");
  }

  private static boolean runs(String program) {
    return ProcessHandle.current()
        .descendants()
        .anyMatch(process -> process.info().commandLine().orElse("").contains(program));
  }
}
