package dev.headrace.gitserver;

import java.time.Duration;

/**
 * What stock git may take of this machine.
 *
 * @param fetches at a time
 * @param pushes at a time
 * @param fetchTime from a fetch's first byte to the last of its answer
 * @param pushTime the same of a push
 * @param fetchRequestBytes of a fetch's request, unpacked
 * @param pushRequestBytes of a push's request, unpacked; what follows a pack that is too large is
 *     read up to here, so that the answer is
 */
record Limits(
    int fetches,
    int pushes,
    Duration fetchTime,
    Duration pushTime,
    int fetchRequestBytes,
    int pushRequestBytes) {

  static final Limits USUAL =
      new Limits(8, 2, Duration.ofMinutes(10), Duration.ofMinutes(2), 2 << 20, 64 << 20);
}
