package dev.headrace.identity;

import dev.headrace.http.ApiError;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/**
 * Slows down guessing: after ten wrong passwords for one account from one address, that pair waits
 * from the last of them on. Other addresses are not held up; apps of this machine share loopback's
 * with its people. Thread-safe.
 */
@Component
final class LoginThrottle {
  private static final int ATTEMPTS = 10;
  private static final int REMEMBERED = 10_000;
  private static final Duration WINDOW = Duration.ofMinutes(5);

  private final Clock clock;
  private final Map<String, Failures> failures =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Failures> eldest) {
          return size() > REMEMBERED;
        }
      };

  LoginThrottle(Clock clock) {
    this.clock = clock;
  }

  private record Failures(int count, Instant last) {
    boolean isOver() {
      return count >= ATTEMPTS;
    }
  }

  /** Counts an attempt before its password is looked at, so that none slips by beside another. */
  synchronized void attempt(String username, String address) {
    Instant now = clock.instant();
    Failures seen =
        failures.merge(
            key(username, address),
            new Failures(1, now),
            (before, one) ->
                before.last().plus(WINDOW).isAfter(now)
                    ? new Failures(before.count() + 1, before.isOver() ? before.last() : now)
                    : one);
    if (seen.count() > ATTEMPTS) {
      throw ApiError.text(
          HttpStatus.TOO_MANY_REQUESTS,
          "Too many wrong passwords; try again in %d minutes".formatted(WINDOW.toMinutes()));
    }
  }

  synchronized void succeeded(String username, String address) {
    failures.remove(key(username, address));
  }

  private static String key(String username, String address) {
    return address + " " + username.toLowerCase(Locale.ROOT);
  }
}
