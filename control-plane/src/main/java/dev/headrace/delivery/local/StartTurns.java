package dev.headrace.delivery.local;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Few enough apps start at once that changes can still be accepted meanwhile. A start that takes
 * long loses its turn to the next one and goes on without. First come, first served. Thread-safe.
 */
final class StartTurns {
  private final Semaphore free;
  private final Duration longest;

  StartTurns(int atOnce, Duration longest) {
    this.free = new Semaphore(atOnce, true);
    this.longest = longest;
  }

  Turn take() throws InterruptedException {
    free.acquire();
    Turn turn = new Turn();
    var _ =
        CompletableFuture.runAsync(
            turn::close,
            CompletableFuture.delayedExecutor(longest.toMillis(), TimeUnit.MILLISECONDS));
    return turn;
  }

  /** May be closed more than once. */
  final class Turn implements AutoCloseable {
    private final AtomicBoolean over = new AtomicBoolean();

    private Turn() {}

    @Override
    public void close() {
      if (over.compareAndSet(false, true)) {
        free.release();
      }
    }
  }
}
