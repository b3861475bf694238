package dev.headrace.git;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The machine's git, as it is run here: without the environment and configuration of the host.
 *
 * @param file where it is
 * @param path where it finds other programs, as in the variable {@code PATH}
 */
record GitProgram(String file, String path) {

  static Optional<GitProgram> find(String path) {
    return program(path, "git").map(file -> new GitProgram(file, path));
  }

  private static Optional<String> program(String path, String name) {
    for (String folder : path.split(":", -1)) {
      Path program = Path.of(folder, name);
      if (program.isAbsolute() && Files.isRegularFile(program) && Files.isExecutable(program)) {
        return Optional.of(program.toString());
      }
    }
    return Optional.empty();
  }

  /** What runs a program with less of a busy processor; nothing, if it cannot be had. */
  List<String> nice(int much) {
    return program(path, "nice")
        .map(nice -> List.of(nice, "-n", Integer.toString(much)))
        .orElse(List.of());
  }

  /** What runs a program when nobody else wants the disk, likewise. */
  List<String> idleDisk() {
    return program(path, "ionice").map(ionice -> List.of(ionice, "-c", "3")).orElse(List.of());
  }

  /**
   * @param by programs that run another one, and their arguments
   */
  ProcessBuilder on(Path repository, List<String> by, List<String> arguments) {
    List<String> whole = new ArrayList<>(by);
    whole.addAll(List.of(file, "--git-dir", repository.toString()));
    whole.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(whole).directory(repository.toFile());
    builder.environment().clear();
    builder
        .environment()
        .putAll(
            Map.of(
                "PATH", path,
                "HOME", repository.toString(),
                "LC_ALL", "C",
                "GIT_CONFIG_NOSYSTEM", "1",
                "GIT_CONFIG_GLOBAL", "/dev/null",
                "GIT_ATTR_NOSYSTEM", "1"));
    return builder;
  }
}
