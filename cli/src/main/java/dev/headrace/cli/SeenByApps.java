package dev.headrace.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The folders of this machine that apps may read, as {@code headrace_runner/sandbox.py} has it. */
final class SeenByApps {
  private static final List<String> SYSTEM =
      List.of("/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin", "/etc", "/nix/store");

  private SeenByApps() {}

  /** The one that holds this path, which need not exist yet. */
  static Optional<Path> folderAround(Path path, Path runner) throws IOException {
    Path inside = real(path);
    List<Path> folders = new ArrayList<>(SYSTEM.stream().map(Path::of).toList());
    folders.add(runner.resolve("headrace_runner"));
    folders.add(runner.resolve(".venv"));
    folders.add(real(Path.of("/etc/resolv.conf")).resolve("..").normalize());
    pythonPrefix(runner).ifPresent(folders::add);
    for (Path folder : folders) {
      if (inside.startsWith(real(folder))) {
        return Optional.of(folder);
      }
    }
    return Optional.empty();
  }

  /** The virtual environment names the folder of the program that it was made from. */
  private static Optional<Path> pythonPrefix(Path runner) throws IOException {
    try (Stream<String> lines = Files.lines(runner.resolve(".venv/pyvenv.cfg"))) {
      return lines
          .filter(line -> line.startsWith("home = "))
          .map(
              line -> Path.of(line.substring("home = ".length()).strip()).resolve("..").normalize())
          .filter(prefix -> prefix.getNameCount() > 0)
          .findFirst();
    }
  }

  private static Path real(Path path) throws IOException {
    Path existing = path;
    while (!Files.exists(existing)) {
      existing = existing.resolve("..").normalize();
    }
    return existing.toRealPath().resolve(existing.relativize(path)).normalize();
  }
}
