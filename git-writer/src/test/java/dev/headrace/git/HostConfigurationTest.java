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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostConfigurationTest {

  /** JGit fails on a file like this one wherever it reads it. */
  private static final String BROKEN = "[core\n\tcompression = everything\n";

  @Test
  void theCommitIsTheSameWhateverTheHostsGitIsToldToDo(@TempDir Path folder) throws IOException {
    Path home = Files.createDirectory(folder.resolve("home"));
    Files.createDirectories(home.resolve(".config/git"));
    Files.createDirectories(home.resolve(".config/jgit"));
    for (String file : List.of(".gitconfig", ".config/git/config", ".config/jgit/config")) {
      Files.writeString(home.resolve(file), BROKEN);
    }
    List<String> command = new ArrayList<>(List.of("env"));
    for (String name : List.of("GIT_DIR", "GIT_OBJECT_DIRECTORY", "GIT_WORK_TREE")) {
      command.add(name + "=" + folder.resolve("elsewhere"));
    }
    for (String name : List.of("GIT_CONFIG", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM")) {
      command.add(name + "=" + home.resolve(".gitconfig"));
    }
    command.addAll(
        List.of(
            "HOME=" + home,
            "XDG_CONFIG_HOME=" + home.resolve(".config"),
            "GIT_AUTHOR_NAME=mallory",
            "GIT_COMMITTER_DATE=2001-01-01T00:00:00Z"));
    List<String> java = new ArrayList<>(ChildJvm.command(OneCommit.class));
    java.add(1, "-Duser.home=" + home);
    java.add(folder.resolve("hostile.git").toString());
    command.addAll(java);

    StockGit.Result result = StockGit.run(command, "");

    assertThat(result.exit()).as("%s", result).isZero();
    assertThat(result.out().strip()).isEqualTo(oneCommit(folder.resolve("plain.git")));
    assertThat(folder.resolve("elsewhere")).doesNotExist();
    try (Stream<Path> files = Files.walk(home)) {
      assertThat(files.filter(Files::isRegularFile)).hasSize(3);
    }
  }

  private static String oneCommit(Path bare) {
    try (PlatformRepository repository = PlatformRepository.open(bare, KEY, CLOCK)) {
      DeployId id = new DeployId("01KJVV3A0Q0000000000000000");
      return committed(repository, deploy(TODO, "one", id)).id().sha();
    }
  }

  /** Prints the id of the one commit that it makes. */
  static final class OneCommit {

    private OneCommit() {}

    public static void main(String[] arguments) {
      System.out.println(oneCommit(Path.of(arguments[0])));
    }
  }
}
