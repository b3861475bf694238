package dev.headrace.git;

import java.util.regex.Pattern;

/** Eight characters of {@code a-z} and {@code 0-9}. */
public record AppId(String value) implements DirectoryId, Comparable<AppId> {

  static final SpreadFolders FOLDERS = new SpreadFolders("apps", 3);

  private static final Pattern FORM = Pattern.compile("[a-z0-9]{8}");

  public AppId {
    if (!isValid(value)) {
      throw new IllegalArgumentException(
          "app id: '" + value + "' (expected: 8 characters of a-z and 0-9)");
    }
  }

  /** Whether it has the form of one. */
  public static boolean isValid(String value) {
    return FORM.matcher(value).matches();
  }

  @Override
  public String path() {
    return FOLDERS.path(value);
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
