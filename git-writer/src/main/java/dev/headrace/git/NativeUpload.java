package dev.headrace.git;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the machine's git answer fetches: what it knows of each object that it sends is in its own
 * memory, and not on the heap that everything else needs. Thread-safe.
 */
final class NativeUpload {

  private static final Logger log = LoggerFactory.getLogger(NativeUpload.class);

  private static final int MOST_COMPLAINT = 4 << 10;

  /** Nobody waits for a fetch as for a deploy. */
  private static final int NICE = 5;

  private final GitProgram git;
  private final Path repository;
  private final List<Process> running = new ArrayList<>();
  private boolean ended;

  NativeUpload(GitProgram git, Path repository) {
    this.git = git;
    this.repository = repository;
  }

  /**
   * Answers one request, for whatever objects it wants: who calls has looked whether they are
   * served.
   *
   * @throws GitProtocol.Told if git ends with an error, of which it tells the client itself
   */
  void answer(boolean version2, byte[] request, OutputStream out) throws IOException {
    Process process = start(version2);
    try {
      CompletableFuture<String> complaint =
          CompletableFuture.supplyAsync(() -> complaint(process), Thread::startVirtualThread);
      Thread.startVirtualThread(() -> give(process, request));
      process.getInputStream().transferTo(out);
      if (process.waitFor() != 0) {
        throw new GitProtocol.Told(
            "git upload-pack ended with %d: %s"
                .formatted(process.exitValue(), complaint.join().strip()));
      }
    } catch (InterruptedException e) {
      throw new InterruptedIOException("interrupted while git upload-pack ran");
    } finally {
      GitProcess.end(process);
      forget(process);
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
