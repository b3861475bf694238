package dev.headrace.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** The folder of the project's sources, and programs that run in it. */
public final class Checkout {
  private final Path home;

  public Checkout(Path home) {
    this.home = home.toAbsolutePath().normalize();
  }

  public Path home() {
    return home;
  }

  public Path file(String path) {
    return home.resolve(path);
  }

  /** Not started yet; what it says of errors goes to this process's. */
  public ProcessBuilder program(List<String> command) {
    return new ProcessBuilder(command)
        .directory(home.toFile())
        .redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  /** Returns when it has ended well. What it says goes to this process's output. */
  public void call(List<String> command) {
    try {
      Process process = program(command).redirectErrorStream(true).start();
      process.inputReader().lines().forEach(System.out::println);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(
            "%s ended with exit code %d".formatted(command, process.exitValue()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
