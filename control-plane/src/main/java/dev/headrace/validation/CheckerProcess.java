package dev.headrace.validation;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** One CPython child that parses source and executes none of it. Not thread-safe. */
final class CheckerProcess implements AutoCloseable {
  private final Process process;
  private final BufferedWriter requests;
  private final BufferedReader answers;

  CheckerProcess(Path python, Path checker) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(python.toString(), "-I", "-S", checker.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().clear();
    process = builder.start();
    requests = process.outputWriter(StandardCharsets.UTF_8);
    answers = process.inputReader(StandardCharsets.UTF_8);
  }

  /** The child was ended because it took longer than it may. */
  static final class Overdue extends IOException {
    Overdue(Duration limit) {
      super("no answer within " + limit);
    }
  }

  /**
   * Sends one line and waits for one.
   *
   * @throws Overdue when the child took longer than the limit
   * @throws IOException when the child died
   */
  String ask(String line, Duration limit) throws IOException {
    AtomicBoolean overdue = new AtomicBoolean();
    CompletableFuture<Void> end =
        CompletableFuture.runAsync(
            () -> {
              overdue.set(true);
              process.destroyForcibly();
            },
            CompletableFuture.delayedExecutor(limit.toMillis(), TimeUnit.MILLISECONDS));
    try {
      requests.write(line);
      requests.newLine();
      requests.flush();
      String answer = answers.readLine();
      if (answer == null) {
        throw new EOFException("the checker ended");
      }
      return answer;
    } catch (IOException e) {
      if (overdue.get()) {
        throw new Overdue(limit);
      }
      throw e;
    } finally {
      end.cancel(false);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
