package dev.headrace.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MaintenanceRoundsTest {

  @Test
  void aRoundThatBreaksOffIsNotTheLast() throws Exception {
    CountDownLatch rounds = new CountDownLatch(3);
    MaintenanceRounds maintenance =
        new MaintenanceRounds(
            "maintenance of the test",
            Duration.ZERO,
            Duration.ofMillis(10),
            () -> {
              rounds.countDown();
              if (rounds.getCount() > 0) {
                throw new OutOfMemoryError("of the test");
              }
              return Optional.empty();
            });
    maintenance.start();

    assertThat(rounds.await(20, TimeUnit.SECONDS)).isTrue();

    Upkeep.await(maintenance::isResting, rounds::getCount);
    maintenance.end();
    maintenance.join();
  }
}
