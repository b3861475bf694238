package dev.headrace.benchmarks.git;

import dev.headrace.git.PlatformRepository;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** What a repository does by itself once it was written to. */
record Upkeep(PlatformRepository repository) {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

  /** Seconds until nothing is left to do. */
  double settled() {
    long begun = System.nanoTime();
    while (!repository.maintenance().idle()) {
      LockSupport.parkNanos(LOOK_AGAIN.toNanos());
    }
    return (System.nanoTime() - begun) / 1e9;
  }

  int gatherings() {
    return repository.maintenance().gatherings();
  }

  int packs() {
    return repository.maintenance().packs();
  }
}
