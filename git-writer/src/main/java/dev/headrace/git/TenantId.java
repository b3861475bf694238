package dev.headrace.git;

import java.util.regex.Pattern;

/** The 24 lower-case hex digits of the user whose apps share a namespace. */
public record TenantId(String value) implements DirectoryId, Comparable<TenantId> {

  static final SpreadFolders FOLDERS = new SpreadFolders("tenants", 2);

  private static final Pattern FORM = Pattern.compile("[0-9a-f]{24}");

  public TenantId {
    if (!isValid(value)) {
      throw new IllegalArgumentException(
          "tenant id: '" + value + "' (expected: 24 lower-case hex digits)");
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
  public int compareTo(TenantId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
