package dev.headrace;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/** The processes that this one has started. */
public final class Children {
  private Children() {}

  /** Those that run with this word in their command, the youngest first. */
  public static List<ProcessHandle> running(String word) {
    return ProcessHandle.current()
        .children()
        .filter(child -> child.info().commandLine().orElse("").contains(word))
        .filter(ProcessHandle::isAlive)
        .sorted(
            Comparator.comparing(
                    (ProcessHandle child) -> child.info().startInstant().orElse(Instant.EPOCH))
                .reversed())
        .toList();
  }

  /** Sends a signal, such as STOP, by its name. */
  public static void signal(ProcessHandle child, String name) {
    try {
      int exit = new ProcessBuilder("kill", "-" + name, "" + child.pid()).start().waitFor();
      if (exit != 0) {
        throw new IllegalStateException("kill -%s ended with %d".formatted(name, exit));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
