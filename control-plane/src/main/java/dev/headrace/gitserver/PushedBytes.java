package dev.headrace.gitserver;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * How much each token had kept within an hour. What is refused stays, and so does what comes along
 * and belongs to no commit: nobody may delete it, because it may be part of what comes next.
 * Thread-safe.
 */
final class PushedBytes {
  static final long MOST = 50L << 20;
  private static final Duration WINDOW = Duration.ofHours(1);

  private final Clock clock;
  private final Map<String, Sum> sums = new HashMap<>();

  PushedBytes(Clock clock) {
    this.clock = clock;
  }

  private record Sum(Instant since, long bytes) {}

  synchronized void add(String tokenId, long bytes) {
    Instant now = clock.instant();
    sums.values().removeIf(sum -> isOver(sum, now));
    sums.merge(
        tokenId,
        new Sum(now, bytes),
        (before, more) -> new Sum(before.since(), before.bytes() + more.bytes()));
  }

  /** Whether a token has to wait until an hour is over. */
  synchronized boolean tooMany(String tokenId) {
    Sum sum = sums.get(tokenId);
    return sum != null && sum.bytes() >= MOST && !isOver(sum, clock.instant());
  }

  private static boolean isOver(Sum sum, Instant now) {
    return sum.since().plus(WINDOW).isBefore(now);
  }
}
