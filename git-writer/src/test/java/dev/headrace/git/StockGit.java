package dev.headrace.git;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The git and ssh-keygen of this machine, on one repository. */
final class StockGit {

  record Result(int exit, String out, String err) {
    private boolean isSilent() {
      return exit == 0 && out.isBlank() && err.isBlank();
    }
  }

  private final Path repository;

  StockGit(Path repository) {
    this.repository = repository;
  }

  Path folder() {
    return repository;
  }

  /** What git prints on its standard output; a test fails if git does. */
  String git(String... arguments) {
    Result result = tryGit(arguments);
    if (result.exit() != 0) {
      throw new AssertionError(
          "git "
              + String.join(" ", arguments)
              + " ended with "
              + result.exit()
              + ": "
              + result.out()
              + result.err());
    }
    return result.out();
  }

  Result tryGit(String... arguments) {
    List<String> command = new ArrayList<>(List.of("git", "--git-dir", repository.toString()));
    command.addAll(List.of(arguments));
    return run(command, "");
  }

  /**
   * Nothing dangling is counted: objects of a batch that failed may lie about. Git misses packs
   * that are gathered while it looks; then it looks again.
   */
  void passesFsck() {
    Set<String> before;
    Result result;
    do {
      before = packs();
      result = tryGit("fsck", "--strict", "--full", "--no-dangling");
    } while (!result.isSilent() && !packs().equals(before));
    if (!result.isSilent()) {
      throw new AssertionError("git fsck: " + result);
    }
  }

  private Set<String> packs() {
    String[] files = repository.resolve("objects/pack").toFile().list();
    return files == null
        ? Set.of()
        : Arrays.stream(files).filter(name -> name.endsWith(".pack")).collect(Collectors.toSet());
  }

  static Result run(List<String> command, String input) {
    try {
      Path out = Files.createTempFile("headrace", ".out");
      Path err = Files.createTempFile("headrace", ".err");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder
            .environment()
            .putAll(Map.of("GIT_CONFIG_GLOBAL", "/dev/null", "GIT_CONFIG_NOSYSTEM", "1"));
        Process process = builder.start();
        try (var to = process.getOutputStream()) {
          to.write(input.getBytes(StandardCharsets.UTF_8));
        }
        int exit = process.waitFor();
        return new Result(exit, Files.readString(out), Files.readString(err));
      } finally {
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }
}
