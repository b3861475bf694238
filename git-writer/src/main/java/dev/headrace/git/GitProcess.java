package dev.headrace.git;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the machine's git on the repository: one process at a time, ended with its children when it
 * takes too long.
 */
final class GitProcess {

  private static final Logger log = LoggerFactory.getLogger(GitProcess.class);

  /** What it is for; of each there is one. */
  enum Purpose {
    PACKS("maintenance.pid"),
    COMMIT_GRAPH("commit-graph.pid");

    /** Names the process that runs, for the next Headrace should this one be killed. */
    private final String file;

    Purpose(String file) {
      this.file = file;
    }
  }

  /** Tells git what it wants to know. */
  interface Input {
    void to(OutputStream git) throws IOException;
  }

  static final Input NOTHING = _ -> {};

  private static final int MOST_OUTPUT = 64 << 10;
  private static final Duration TO_SAY_ITS_LAST = Duration.ofSeconds(10);

  private final Path repository;
  private final GitProgram git;
  private final Path file;
  private final Duration limit;
  private @Nullable Process running;
  private boolean ended;

  GitProcess(Path repository, GitProgram git, Purpose purpose, Duration limit) {
    this.repository = repository;
    this.git = git;
    this.file = repository.resolve(purpose.file);
    this.limit = limit;
  }

  /**
   * Runs git once, and returns what it said.
   *
   * @param by programs that run another one, and their arguments
   * @throws IOException if it did not end well, or in time
   */
  String run(List<String> by, Input input, String... arguments) throws IOException {
    Process process = start(by, List.of(arguments));
    try {
      CompletableFuture<String> said =
          CompletableFuture.supplyAsync(() -> output(process), Thread::startVirtualThread);
      CompletableFuture<Void> told =
          CompletableFuture.runAsync(() -> give(process, input), Thread::startVirtualThread);
      if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        end(process);
        throw new IOException(
            named(arguments) + " did not end within " + limit.toSeconds() + " s and was ended");
      }
      String output =
          said.completeOnTimeout("", TO_SAY_ITS_LAST.toSeconds(), TimeUnit.SECONDS).join();
      if (process.exitValue() != 0) {
        throw new IOException(
            named(arguments) + " ended with " + process.exitValue() + ": " + output.strip());
      }
      requireTold(told, arguments);
      return output;
    } catch (InterruptedException e) {
      throw new InterruptedIOException("interrupted while " + named(arguments) + " ran");
    } finally {
      end(process);
      Files.deleteIfExists(file);
    }
  }

  private static String named(String... arguments) {
    return "git " + String.join(" ", arguments);
  }

  private synchronized Process start(List<String> by, List<String> arguments) throws IOException {
    if (ended) {
      throw new IOException("the repository is being closed");
    }
    Process process = git.on(repository, by, arguments).redirectErrorStream(true).start();
    try {
      Files.writeString(file, Long.toString(process.pid()));
    } catch (IOException e) {
      end(process); // the next Headrace would not know of it
      throw e;
    }
    running = process;
    return process;
  }

  private static String output(Process process) {
    try (var from = process.getInputStream()) {
      byte[] first = from.readNBytes(MOST_OUTPUT);
      from.transferTo(OutputStream.nullOutputStream());
      return new String(first, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return ""; // it was ended
    }
  }

  private static void give(Process process, Input input) {
    try (var to = process.getOutputStream()) {
      input.to(to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A git that reads to the end takes what broke off for all there was. */
  private static void requireTold(CompletableFuture<Void> told, String... arguments)
      throws IOException {
    try {
      told.orTimeout(TO_SAY_ITS_LAST.toSeconds(), TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      throw new IOException(named(arguments) + " was not told all it was to know", e.getCause());
    }
  }

  /** Ends what runs, and lets nothing more begin. */
  synchronized void end() {
    ended = true;
    if (running != null) {
      end(running);
    }
  }

  /** With its children. */
  static void end(Process process) {
    end(process.toHandle());
  }

  private static void end(ProcessHandle process) {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
  }

  /** Ends what a Headrace that was killed left running; for who holds the writer's lock. */
  static void endOrphans(Path repository) throws IOException {
    for (Purpose purpose : Purpose.values()) {
      endOrphan(repository, repository.resolve(purpose.file));
    }
  }

  private static void endOrphan(Path repository, Path running) throws IOException {
    if (Files.notExists(running)) {
      return;
    }
    orphan(repository, Files.readString(running).strip())
        .ifPresent(orphan -> {
          log.warn("End process {}, which a Headrace before left at work", orphan.pid());
          end(orphan);
          orphan.onExit().completeOnTimeout(orphan, 10, TimeUnit.SECONDS).join();
        });
    Files.delete(running);
  }

  /** Another process may have its number by now. */
  private static Optional<ProcessHandle> orphan(Path repository, String pid) {
    try {
      return ProcessHandle.of(Long.parseLong(pid))
          .filter(process ->
              process.info().commandLine().orElse("").contains("--git-dir " + repository));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
