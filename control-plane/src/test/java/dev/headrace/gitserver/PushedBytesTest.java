package dev.headrace.gitserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class PushedBytesTest {
  private Instant now = Instant.parse("2026-03-04T05:06:07Z");
  private final InstantSource time = () -> now;
  private final PushedBytes pushed = new PushedBytes(time.withZone(ZoneOffset.UTC));

  @Test
  void aTokenWithWhichTooMuchWasPushedWaitsForTheEndOfTheHour() {
    pushed.add("one", PushedBytes.MOST - 1);
    assertThat(pushed.tooMany("one")).isFalse();
    now = now.plus(Duration.ofMinutes(50));
    pushed.add("one", 1);

    assertThat(pushed.tooMany("one")).isTrue();
    assertThat(pushed.tooMany("two")).isFalse();

    now = now.plus(Duration.ofMinutes(11));
    assertThat(pushed.tooMany("one")).isFalse();
    pushed.add("one", 1);
    assertThat(pushed.tooMany("one")).as("counted anew").isFalse();
  }
}
