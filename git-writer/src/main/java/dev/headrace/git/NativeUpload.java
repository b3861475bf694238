package dev.headrace.git;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the machine's git send clones: what it knows of each object meanwhile is in its own memory,
 * and not on the heap that everything else needs. Thread-safe.
 */
final class NativeUpload {

  private static final Logger log = LoggerFactory.getLogger(NativeUpload.class);

  private static final int MOST_COMPLAINT = 4 << 10;
  private static final int AT_ONCE = 32 << 10;

  /** Nobody waits for a clone as for a deploy. */
  private static final int NICE = 5;

  private final GitProgram git;
  private final Path repository;
  private final MemoryShare memory;
  private final Duration limit;
  private final List<Process> running = new ArrayList<>();
  private boolean ended;

  /**
   * @param memory for what is sent, of this machine and not of the heap
   * @param limit how long git may take
   */
  NativeUpload(GitProgram git, Path repository, MemoryShare memory, Duration limit) {
    this.git = git;
    this.repository = repository;
    this.memory = memory;
    this.limit = limit;
  }

  /**
   * Answers a {@linkplain FetchRequest#isClone clone}; git is not shown the client's own request,
   * which may say more.
   *
   * @param objects how many are sent
   * @return no if git could not; then nothing was written
   * @throws IOException if it broke off
   */
  boolean answer(FetchRequest clone, long objects, OutputStream out) throws IOException {
    try (MemoryShare.Part _ = memory.take(objects)) {
      Process process = start(clone.version2());
      try {
        return answer(process, clone.canonical(), out);
      } catch (InterruptedException e) {
        throw new InterruptedIOException("interrupted while git upload-pack ran");
      } finally {
        GitProcess.end(process);
        forget(process);
      }
    }
  }

  private boolean answer(Process process, byte[] request, OutputStream out)
      throws IOException, InterruptedException {
    CompletableFuture<String> complaint =
        CompletableFuture.supplyAsync(() -> complaint(process), Thread::startVirtualThread);
    Thread.startVirtualThread(() -> give(process, request));
    Thread.startVirtualThread(() -> endAfterLimit(process));
    boolean said = send(process.getInputStream(), out);
    if (process.waitFor() == 0) {
      return true;
    }
    String why =
        "git upload-pack ended with %d: %s"
            .formatted(
                process.exitValue(),
                complaint.completeOnTimeout("", 1, TimeUnit.SECONDS).join().strip());
    if (said) {
      throw new IOException(why);
    }
    log.warn("{}; JGit sends instead", why);
    return false;
  }

  /** At once what there is: git says now and then that it is still there. */
  private static boolean send(InputStream in, OutputStream out) throws IOException {
    byte[] some = new byte[AT_ONCE];
    boolean said = false;
    for (int length = in.read(some); length >= 0; length = in.read(some)) {
      out.write(some, 0, length);
      said = true;
      if (in.available() == 0) {
        out.flush();
      }
    }
    return said;
  }

  private void endAfterLimit(Process process) {
    try {
      if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        log.warn("git upload-pack did not end within {} s and is ended", limit.toSeconds());
        GitProcess.end(process);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized Process start(boolean version2) throws IOException {
    if (ended) {
      throw new IOException("the repository is being closed");
    }
    ProcessBuilder builder =
        git.on(
            repository,
            git.nice(NICE),
            List.of(
                // Of the last commit of Headrace, also while somebody else's is on main.
                "-c",
                "uploadpack.allowAnySHA1InWant=true",
                // A restored backup may belong to somebody else.
                "-c",
                "safe.directory=*",
                // What is in the repository is sent as it is.
                "-c",
                "pack.window=0",
                "-c",
                "pack.threads=1",
                "-c",
                "core.deltaBaseCacheLimit=8m",
                "upload-pack",
                "--stateless-rpc",
                "--strict",
                repository.toString()));
    if (version2) {
      builder.environment().put("GIT_PROTOCOL", GitProtocol.VERSION_2);
    }
    Process process = builder.start();
    running.add(process);
    return process;
  }

  private synchronized void forget(Process process) {
    running.remove(process);
  }

  private static String complaint(Process process) {
    try (InputStream from = process.getErrorStream()) {
      String said = new String(from.readNBytes(MOST_COMPLAINT), StandardCharsets.UTF_8);
      from.transferTo(OutputStream.nullOutputStream());
      return said;
    } catch (IOException e) {
      return ""; // it was ended
    }
  }

  private static void give(Process process, byte[] request) {
    try (OutputStream to = process.getOutputStream()) {
      to.write(request);
    } catch (IOException e) {
      log.debug("git upload-pack did not want to know all that it was asked", e);
    }
  }

  /** Ends what runs, with an exception, and lets nothing more begin. */
  synchronized void end() {
    ended = true;
    running.forEach(GitProcess::end);
  }
}
