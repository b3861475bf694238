package dev.headrace.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.headrace.SteppedClock;
import dev.headrace.http.ApiError;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpStatus;

class LoginThrottleTest {
  private static final String HOME = "192.0.2.1";
  private static final String ELSEWHERE = "192.0.2.2";

  private final SteppedClock clock = new SteppedClock();
  private final LoginThrottle throttle = new LoginThrottle(clock);

  @Test
  void theEleventhWrongPasswordWaits() {
    wrong(10, "ada", HOME);

    assertThatExceptionOfType(ApiError.class)
        .isThrownBy(() -> throttle.attempt("ada", HOME))
        .withMessage("Too many wrong passwords; try again in 5 minutes")
        .satisfies(refused -> assertThat(refused.status()).isEqualTo(HttpStatus.TOO_MANY_REQUESTS))
        .satisfies(refused -> assertThat(refused.code()).isEmpty());
  }

  @Test
  void theSameNameInAnotherCaseWaitsToo() {
    wrong(5, "ada", HOME);
    wrong(5, "ADA", HOME);

    assertWaits("Ada", HOME);
  }

  @Test
  void otherNamesAndOtherAddressesDoNotWait() {
    wrong(10, "ada", HOME);

    assertMayTry("bob", HOME);
    assertMayTry("ada", ELSEWHERE);
    assertWaits("ada", HOME);
  }

  @Test
  void fiveQuietMinutesEndTheWait() {
    wrong(10, "ada", HOME);
    clock.pass(Duration.ofMinutes(5));

    wrong(10, "ada", HOME);
    assertWaits("ada", HOME);
  }

  @Test
  void whoGoesOnTryingKeepsNobodyOutForLonger() {
    wrong(10, "ada", HOME);
    clock.pass(Duration.ofMinutes(5).minusSeconds(1));
    assertWaits("ada", HOME);

    clock.pass(Duration.ofSeconds(1));
    assertMayTry("ada", HOME);
  }

  @Test
  void theRightPasswordEndsTheCount() {
    wrong(9, "ada", HOME);
    throttle.attempt("Ada", HOME);
    throttle.succeeded("Ada", HOME);

    wrong(10, "ada", HOME);
    assertWaits("ada", HOME);
  }

  private void wrong(int times, String username, String address) {
    for (int i = 0; i < times; i++) {
      assertMayTry(username, address);
    }
  }

  private void assertMayTry(String username, String address) {
    assertThatCode(() -> throttle.attempt(username, address)).doesNotThrowAnyException();
  }

  private void assertWaits(String username, String address) {
    assertThatExceptionOfType(ApiError.class).isThrownBy(() -> throttle.attempt(username, address));
  }
}
