package dev.headrace.benchmarks.git;

import dev.headrace.benchmarks.Figures;
import dev.headrace.benchmarks.Folders;
import dev.headrace.git.PlatformRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A clone of all of history, as an auditor makes it, and what git takes of memory to send it. */
final class WholeClone {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

  private final Path bare;
  private final PlatformRepository repository;

  WholeClone(Path bare, PlatformRepository repository) {
    this.bare = bare;
    this.repository = repository;
  }

  void run(int commits, Figures figures) throws IOException, InterruptedException {
    NativeGit git = new NativeGit(bare);
    Path clone = bare.resolveSibling("whole.git");
    AtomicBoolean done = new AtomicBoolean();
    long[] most = new long[1];
    Thread watch = Thread.ofPlatform().start(() -> most[0] = mostOfSenders(done));
    long begun = System.nanoTime();
    try (GitServer server = new GitServer(repository)) {
      git.run("clone", "--quiet", "--bare", server.address(), clone.toString());
    } finally {
      done.set(true);
      watch.join();
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    long objects = objects(new NativeGit(clone));
    Folders.delete(clone);
    figures.put(
        "whole_clone_s",
        seconds,
        "git clone of all %,d commits, %,d objects".formatted(commits, objects));
    figures.put(
        "clone_bytes_per_object",
        (double) most[0] / objects,
        "of memory that git had to send them, at most: %,d MB".formatted(most[0] >> 20));
  }

  private static long objects(NativeGit git) throws IOException, InterruptedException {
    return git.run("count-objects", "-v")
        .lines()
        .filter(line -> line.startsWith("in-pack: "))
        .mapToLong(line -> Long.parseLong(line.substring("in-pack: ".length())))
        .sum();
  }

  /** Bytes that are not of files, which the system takes back as it needs them. */
  private static long mostOfSenders(AtomicBoolean done) {
    long most = 0;
    while (!done.get()) {
      try (Stream<ProcessHandle> processes = ProcessHandle.current().descendants()) {
        most = Math.max(most, processes.mapToLong(WholeClone::memoryOfSender).sum());
      }
      LockSupport.parkNanos(LOOK_AGAIN.toNanos());
    }
    return most;
  }

  private static long memoryOfSender(ProcessHandle process) {
    Path folder = Path.of("/proc", Long.toString(process.pid()));
    try {
      String command = Files.readString(folder.resolve("cmdline"));
      if (!command.contains("upload-pack") && !command.contains("pack-objects")) {
        return 0;
      }
      return Files.readAllLines(folder.resolve("status")).stream()
          .filter(line -> line.startsWith("RssAnon:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
          .sum();
    } catch (IOException e) {
      return 0; // it has ended
    }
  }
}
