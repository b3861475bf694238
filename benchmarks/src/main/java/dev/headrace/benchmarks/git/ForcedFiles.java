package dev.headrace.benchmarks.git;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import jdk.jfr.consumer.RecordingStream;

/** How long this process waits for the disk, from now on until it is asked. */
final class ForcedFiles implements AutoCloseable {
  private static final String FORCE = "jdk.FileForce";

  private final RecordingStream recording = new RecordingStream();
  private final AtomicReference<Duration> longest = new AtomicReference<>(Duration.ZERO);

  ForcedFiles() {
    recording.enable(FORCE).withThreshold(Duration.ZERO).withoutStackTrace();
    recording.onEvent(
        FORCE,
        event ->
            longest.accumulateAndGet(
                event.getDuration(), (one, other) -> one.compareTo(other) > 0 ? one : other));
    recording.startAsync();
  }

  /** The longest wait until one file was on the disk; ends the watch. */
  double longestMillis() {
    recording.stop();
    return longest.get().toNanos() / 1e6;
  }

  @Override
  public void close() {
    recording.close();
  }
}
