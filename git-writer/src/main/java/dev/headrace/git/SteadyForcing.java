package dev.headrace.git;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forces the files of the maintenance in a folder while they are written, until it is closed: a
 * file system that has many megabytes to force at once lets every commit wait until they are on the
 * disk.
 */
final class SteadyForcing implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(SteadyForcing.class);

  private static final Duration PAUSE = Duration.ofMillis(20);

  /** As git and {@link JGitPacks} name what is not finished; commits have files of other names. */
  private static final String UNFINISHED =
      "{tmp_pack_*,tmp_idx_*,tmp_rev_*,tmp_graph_*,*.lock," + PackTool.UNFINISHED + "*}";

  private final Path folder;

  /** How long each file was when it was forced last. */
  private final Map<Path, Long> forced = new HashMap<>();

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("headrace-git-forcing").factory());

  /** Begins. */
  SteadyForcing(Path folder) {
    this.folder = folder;
    var _ =
        thread.scheduleWithFixedDelay(
            this::forceGrown, PAUSE.toMillis(), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void forceGrown() {
    try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(folder, UNFINISHED)) {
      for (Path file : unfinished) {
        forceGrown(file);
      }
    } catch (IOException | DirectoryIteratorException e) {
      log.debug("Could not force what is being written in {}", folder, e);
    }
  }

  private void forceGrown(Path file) throws IOException {
    try {
      long length = Files.size(file);
      if (!Long.valueOf(length).equals(forced.put(file, length))) {
        Durable.forceFile(file);
      }
    } catch (NoSuchFileException e) {
      forced.remove(file); // it has its name by now, and who wrote it has forced it
    }
  }

  @Override
  public void close() {
    thread.shutdown();
  }
}
