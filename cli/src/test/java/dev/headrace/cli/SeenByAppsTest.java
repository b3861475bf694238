package dev.headrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeenByAppsTest {
  private static final Path RUNNER = Path.of("../runner").toAbsolutePath().normalize();

  @Test
  void eachFolderThatTheRunnerShowsToAppsIsKnown() throws Exception {
    List<String> shown = shownByRunner();

    assertThat(shown).contains("/usr", "/etc");
    for (String folder : shown) {
      assertThat(SeenByApps.folderAround(Path.of(folder, "new", "data"), RUNNER))
          .as(folder)
          .isPresent();
    }
  }

  @Test
  void aFolderElsewhereIsNotSeen(@TempDir Path folder) throws IOException {
    assertThat(SeenByApps.folderAround(folder.resolve("new/data"), RUNNER)).isEmpty();
  }

  @Test
  void aLinkDoesNotHideWhereAFolderIs(@TempDir Path folder) throws IOException {
    Path venv = Files.createDirectories(folder.resolve("runner/.venv"));
    Files.writeString(venv.resolve("pyvenv.cfg"), "home = /opt/python/bin\n");
    Path link = Files.createSymbolicLink(folder.resolve("link"), venv);

    assertThat(SeenByApps.folderAround(link.resolve("new/data"), folder.resolve("runner")))
        .contains(venv);
  }

  private static List<String> shownByRunner() throws IOException, InterruptedException {
    Process python =
        new ProcessBuilder(
                RUNNER.resolve(".venv/bin/python").toString(),
                "-I",
                "-c",
                "from headrace_runner import sandbox; print(*sandbox.visible_paths(''), sep='\\n')")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String printed = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(python.waitFor()).isZero();
    return printed.lines().toList();
  }
}
