package dev.headrace.gitserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class RefusedBytesTest {
  private Instant now = Instant.parse("2026-03-04T05:06:07Z");
  private final InstantSource time = () -> now;
  private final RefusedBytes refused = new RefusedBytes(time.withZone(ZoneOffset.UTC));

  @Test
  void aTokenWithWhichTooMuchWasRefusedWaitsForTheEndOfTheHour() {
    refused.add("one", RefusedBytes.MOST - 1);
    assertThat(refused.tooMany("one")).isFalse();
    now = now.plus(Duration.ofMinutes(50));
    refused.add("one", 1);

    assertThat(refused.tooMany("one")).isTrue();
    assertThat(refused.tooMany("two")).isFalse();

    now = now.plus(Duration.ofMinutes(11));
    assertThat(refused.tooMany("one")).isFalse();
    refused.add("one", 1);
    assertThat(refused.tooMany("one")).as("counted anew").isFalse();
  }
}
