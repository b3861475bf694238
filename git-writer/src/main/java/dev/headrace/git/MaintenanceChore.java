package dev.headrace.git;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that is tried again later and later for as long as it fails; the log tells it once. For one
 * thread, but for its failure.
 */
final class MaintenanceChore {

  private static final Logger log = LoggerFactory.getLogger(MaintenanceChore.class);

  private static final int MOST_DOUBLINGS = 6;

  interface Work {
    void with(PackTool tool) throws IOException;
  }

  private final String what;
  private final Work work;
  private final Duration retry;
  private volatile Optional<String> failure = Optional.empty();
  private int failures;
  private long failed;

  /**
   * @param what it does, as in "Could not ..."
   * @param retry after the first failure; each further one doubles it
   */
  MaintenanceChore(String what, Duration retry, Work work) {
    this.what = what;
    this.retry = retry;
    this.work = work;
  }

  /** Of the last attempt; for any thread. */
  Optional<String> failure() {
    return failure;
  }

  /** How long not to try it again. */
  Duration pause() {
    return failures == 0
        ? Duration.ZERO
        : retry
            .multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS))
            .minusNanos(System.nanoTime() - failed);
  }

  /**
   * Does it, unless it failed just now.
   *
   * @param closing then it may fail, and nobody needs to know
   * @return whether it is done
   */
  boolean attempt(PackTool by, BooleanSupplier closing) {
    if (pause().isPositive()) {
      return false;
    }
    try {
      work.with(by);
    } catch (IOException | RuntimeException | Error e) {
      if (!closing.getAsBoolean()) {
        failed(by, e);
      }
      return false;
    }
    if (failures > 0) {
      log.info("Could {} again, by {}", what, by.description());
    }
    failures = 0;
    failure = Optional.empty();
    return true;
  }

  private void failed(PackTool by, Throwable cause) {
    if (failures == 0) {
      log.warn(
          "Could not {}, by {}; commits go on, and it is tried again from time to time",
          what,
          by.description(),
          cause);
    }
    failures++;
    failed = System.nanoTime();
    failure = Optional.of("Could not " + what + ": " + cause.getMessage());
  }
}
