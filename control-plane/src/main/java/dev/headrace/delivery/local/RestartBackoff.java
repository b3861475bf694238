package dev.headrace.delivery.local;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * How long to wait before an app that ended is started again: twice as long each time, from half a
 * second to a minute, and from the beginning once it ran for a minute. Not thread-safe.
 */
final class RestartBackoff {
  private static final Duration FIRST = Duration.ofMillis(500);
  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final Duration STEADY = Duration.ofMinutes(1);

  private final Clock clock;
  private int attempt;
  private Instant startedAt = Instant.MAX;

  RestartBackoff(Clock clock) {
    this.clock = clock;
  }

  void started() {
    startedAt = clock.instant();
  }

  Duration crashed() {
    if (startedAt.isBefore(clock.instant().minus(STEADY))) {
      attempt = 0;
    }
    startedAt = Instant.MAX;
    Duration wait = FIRST.multipliedBy(1L << Math.min(attempt, 7));
    attempt++;
    return wait.compareTo(LONGEST) < 0 ? wait : LONGEST;
  }
}
