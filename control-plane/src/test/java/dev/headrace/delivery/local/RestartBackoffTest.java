package dev.headrace.delivery.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.SteppedClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RestartBackoffTest {
  private final SteppedClock clock = new SteppedClock();
  private final RestartBackoff backoff = new RestartBackoff(clock);

  @Test
  void theWaitDoublesUpToAMinute() {
    for (int expected : new int[] {500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000}) {
      assertThat(crashedAfter(Duration.ofSeconds(1))).hasMillis(expected);
    }
    for (int i = 0; i < 100; i++) {
      assertThat(crashedAfter(Duration.ofSeconds(1))).hasMinutes(1);
    }
  }

  @Test
  void aMinuteOfRunningStartsItAnew() {
    crashedAfter(Duration.ofSeconds(1));
    crashedAfter(Duration.ofSeconds(1));

    assertThat(crashedAfter(Duration.ofSeconds(61))).hasMillis(500);
    assertThat(crashedAfter(Duration.ofSeconds(59))).hasMillis(1_000);
  }

  @Test
  void timeThatItDidNotRunDoesNotCount() {
    crashedAfter(Duration.ofSeconds(1));
    clock.pass(Duration.ofHours(1));

    assertThat(backoff.crashed()).as("it never started again").hasMillis(1_000);
  }

  private Duration crashedAfter(Duration running) {
    backoff.started();
    clock.pass(running);
    return backoff.crashed();
  }
}
