package dev.headrace.git;

import java.time.Clock;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** A ULID: what makes a request of one actor known when it is sent again. */
public record DeployId(String value) {

  private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final Pattern FORM = Pattern.compile("[0-7][0-9A-HJKMNP-TV-Z]{25}");

  public DeployId {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "deploy id: '" + value + "' (expected: a ULID, 26 characters in upper case)");
    }
  }

  /** An id of this moment, with 80 bits from {@code random}. */
  public static DeployId next(Clock clock, RandomGenerator random) {
    StringBuilder text = new StringBuilder(26);
    append(text, clock.millis(), 10);
    append(text, random.nextLong(), 8);
    append(text, random.nextLong(), 8);
    return new DeployId(text.toString());
  }

  private static void append(StringBuilder text, long bits, int digits) {
    for (int shift = 5 * (digits - 1); shift >= 0; shift -= 5) {
      text.append(ALPHABET.charAt((int) (bits >>> shift) & 31));
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
