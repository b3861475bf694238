package dev.headrace.cluster;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.Assertions;

/** Waits for conditions of the cluster, with a deadline. */
final class Eventually {
  private static final Duration TICK = Duration.ofMillis(50);

  private Eventually() {}

  static void holds(String what, Duration within, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + within.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() > deadline) {
        Assertions.fail("not within %d s: %s", within.toSeconds(), what);
      }
      LockSupport.parkNanos(TICK.toNanos());
    }
  }
}
