package dev.headrace.manifests;

/**
 * A value that an app may not have. The message names the field, the value (made printable and cut
 * to a readable length) and what would be right.
 */
public final class InvalidSpec extends RuntimeException {
  private static final int LONGEST_VALUE = 120;

  private final String field;
  private final String value;
  private final String expected;

  InvalidSpec(String field, String value, String expected) {
    super(field + ": " + printable(value) + " (expected: " + expected + ")");
    this.field = field;
    this.value = value;
    this.expected = expected;
  }

  /** What is wrong: a field of app.yaml, or {@code file} for a path in the app's source. */
  public String field() {
    return field;
  }

  /** The refused value as it came; for {@code file} the path. */
  public String value() {
    return value;
  }

  /** What would be accepted. */
  public String expected() {
    return expected;
  }

  private static String printable(String value) {
    StringBuilder shown = new StringBuilder();
    value
        .codePoints()
        .limit(LONGEST_VALUE)
        .forEach(point -> {
          if (Text.isPrintable(point)) {
            shown.appendCodePoint(point);
          } else {
            shown.append(String.format("\\u%04x", point));
          }
        });
    if (value.codePointCount(0, value.length()) > LONGEST_VALUE) {
      shown.append("...");
    }
    return shown.toString();
  }
}
