package dev.headrace.git;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/** Eight characters of {@code a-z} and {@code 0-9}. */
public record AppId(String value) implements Comparable<AppId> {

  private static final Pattern FORM = Pattern.compile("[a-z0-9]{8}");

  public AppId {
    if (!isValid(value)) {
      throw new IllegalArgumentException(
          "app id: '" + value + "' (expected: 8 characters of a-z and 0-9)");
    }
  }

  static boolean isValid(String value) {
    return FORM.matcher(value).matches();
  }

  /** The app's directory in the platform repository, without a slash at either end. */
  public String path() {
    return String.join("/", segments());
  }

  List<String> segments() {
    String hex =
        HexFormat.of().formatHex(Digests.sha256(value.getBytes(StandardCharsets.US_ASCII)), 0, 2);
    return List.of("apps", hex.substring(0, 1), hex.substring(1, 2), hex.substring(2, 3), value);
  }

  @Override
  public int compareTo(AppId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
