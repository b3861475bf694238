package dev.headrace.benchmarks.git;

import dev.headrace.git.MaintenanceStatus;
import dev.headrace.git.PlatformRepository;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** What a repository does by itself once it was written to. */
record Upkeep(PlatformRepository repository) {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

  /** Until nothing is left to do. */
  void awaitIdle() {
    await(MaintenanceStatus::idle);
  }

  void await(Predicate<MaintenanceStatus> state) {
    while (!state.test(repository.maintenance())) {
      LockSupport.parkNanos(LOOK_AGAIN.toNanos());
    }
  }

  int gatherings() {
    return repository.maintenance().gatherings();
  }

  int packs() {
    return repository.maintenance().packs();
  }
}
