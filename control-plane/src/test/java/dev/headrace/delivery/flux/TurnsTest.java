package dev.headrace.delivery.flux;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TurnsTest {
  private static final long DEADLINE = 10;

  /** Looks that are counted, and each of which a test may hold up. */
  private static final class Looks {
    private final Semaphore begun = new Semaphore(0);
    private final Semaphore allowed = new Semaphore(0);
    private final Queue<String> things = new ConcurrentLinkedQueue<>();
    private final AtomicInteger atOnce = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();

    void look(String thing) {
      mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
      things.add(thing);
      begun.release();
      allowed.acquireUninterruptibly();
      var _ = atOnce.decrementAndGet();
    }

    boolean begins() throws InterruptedException {
      return begun.tryAcquire(DEADLINE, TimeUnit.SECONDS);
    }
  }

  @Test
  void whoAsksWhileItIsLookedAtHasItLookedAtOnceMore() throws Exception {
    Looks looks = new Looks();
    try (Turns<String> turns = new Turns<>(looks::look)) {
      turns.ask("x");
      assertThat(looks.begins()).isTrue();
      turns.ask("x");
      turns.ask("x");
      turns.ask("x");
      looks.allowed.release();
      assertThat(looks.begins()).isTrue();
      looks.allowed.release();
      turns.ask("y");
      assertThat(looks.begins()).isTrue();
      looks.allowed.release();
      assertThat(looks.things).containsExactly("x", "x", "y");
    }
  }

  @Test
  void oneThingIsLookedAtByOneThreadAtATime() throws Exception {
    Looks looks = new Looks();
    try (Turns<String> turns = new Turns<>(looks::look)) {
      turns.ask("x");
      assertThat(looks.begins()).isTrue();
      for (int i = 0; i < 100; i++) {
        turns.ask("x");
        turns.askAfter(Duration.ZERO, "x");
      }
      looks.allowed.release(300);
      assertThat(looks.begins()).isTrue();
      assertThat(looks.mostAtOnce).hasValue(1);
    }
  }

  @Test
  void noWakeUpIsLost() throws Exception {
    int things = 8;
    int changes = 2_000;
    AtomicIntegerArray wanted = new AtomicIntegerArray(things);
    AtomicIntegerArray seen = new AtomicIntegerArray(things);
    CountDownLatch all = new CountDownLatch(things);
    try (Turns<Integer> turns =
        new Turns<>(thing -> {
          int before = seen.getAndSet(thing, wanted.get(thing));
          if (before < changes && seen.get(thing) == changes) {
            all.countDown();
          }
        })) {
      IntStream.range(0, things * changes)
          .parallel()
          .forEach(i -> {
            var _ = wanted.incrementAndGet(i % things);
            turns.ask(i % things);
          });
      assertThat(all.await(DEADLINE, TimeUnit.SECONDS)).as("%s of %s", seen, wanted).isTrue();
    }
  }

  @Test
  void aLookThatFailsIsRepeated() throws Exception {
    CountDownLatch third = new CountDownLatch(3);
    try (Turns<String> turns =
        new Turns<>(thing -> {
          third.countDown();
          throw new IllegalStateException("trouble");
        })) {
      turns.ask("x");
      assertThat(third.await(DEADLINE, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aLaterWishTakesTheEarlierOnesPlace() throws Exception {
    Queue<String> looked = new ConcurrentLinkedQueue<>();
    CountDownLatch last = new CountDownLatch(1);
    try (Turns<String> turns =
        new Turns<>(thing -> {
          looked.add(thing);
          if (thing.equals("y")) {
            last.countDown();
          }
        })) {
      for (int i = 0; i < 20; i++) {
        turns.askAfter(Duration.ofMillis(100 + 10 * i), "x");
      }
      turns.askAfter(Duration.ofMillis(600), "y");
      assertThat(last.await(DEADLINE, TimeUnit.SECONDS)).isTrue();
      assertThat(looked).containsExactly("x", "y");
    }
  }

  @Test
  void moreThingsThanPlacesAllHaveTheirTurn() throws Exception {
    CountDownLatch all = new CountDownLatch(500);
    try (Turns<Integer> turns = new Turns<>(thing -> all.countDown())) {
      IntStream.range(0, 500).forEach(turns::ask);
      assertThat(all.await(DEADLINE, TimeUnit.SECONDS)).isTrue();
    }
  }
}
