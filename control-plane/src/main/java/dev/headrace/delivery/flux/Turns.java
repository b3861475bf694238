package dev.headrace.delivery.flux;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at things one by one: each by one thread at a time, and once more if it was asked for
 * meanwhile, so that no wake-up is lost and none piles up. Thread-safe.
 */
final class Turns<T> implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Turns.class);

  /** More than the cluster's API answers at the same time helps nobody. */
  private static final int AT_THE_SAME_TIME = 32;

  /** Doubled with each look in a row that fails: what is only just being made is there soon. */
  private static final Duration AFTER_TROUBLE = Duration.ofMillis(50);

  private static final int MOST_DOUBLINGS = 7;

  private enum Asked {
    ONCE,
    AGAIN
  }

  private final Consumer<T> look;
  private final ConcurrentMap<T, Asked> asked = new ConcurrentHashMap<>();
  private final ConcurrentMap<T, Integer> troubled = new ConcurrentHashMap<>();
  private final ConcurrentMap<T, ScheduledFuture<?>> later = new ConcurrentHashMap<>();
  private final Semaphore places = new Semaphore(AT_THE_SAME_TIME);
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("turns").factory());
  private volatile boolean closed;

  /**
   * @param look may fail: it is called again after a while
   */
  Turns(Consumer<T> look) {
    this.look = look;
  }

  void ask(T thing) {
    if (asked.merge(thing, Asked.ONCE, (before, now) -> Asked.AGAIN) == Asked.ONCE && !closed) {
      Thread.ofVirtual().name("look-" + thing).start(() -> run(thing));
    }
  }

  /** In place of an earlier wish of this kind for the same thing. */
  void askAfter(Duration delay, T thing) {
    later.compute(
        thing,
        (same, earlier) -> {
          if (earlier != null) {
            earlier.cancel(false);
          }
          return closed
              ? null
              : timer.schedule(() -> due(thing), delay.toMillis(), TimeUnit.MILLISECONDS);
        });
  }

  private void due(T thing) {
    later.remove(thing);
    ask(thing);
  }

  private void run(T thing) {
    try {
      do {
        places.acquire();
        try {
          asked.put(thing, Asked.ONCE);
          look.accept(thing);
          troubled.remove(thing);
        } catch (RuntimeException e) {
          again(thing, e);
        } finally {
          places.release();
        }
      } while (!closed && !asked.remove(thing, Asked.ONCE));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void again(T thing, RuntimeException trouble) {
    int doublings = Math.min(troubled.merge(thing, 1, Integer::sum) - 1, MOST_DOUBLINGS);
    Duration delay = AFTER_TROUBLE.multipliedBy(1L << doublings);
    if (doublings == MOST_DOUBLINGS) {
      log.warn("{}: it is looked at again in {} ms", thing, delay.toMillis(), trouble);
    } else {
      log.info(
          "{}: {}; it is looked at again in {} ms", thing, trouble.toString(), delay.toMillis());
    }
    askAfter(delay, thing);
  }

  @Override
  public void close() {
    closed = true;
    timer.shutdownNow();
  }
}
