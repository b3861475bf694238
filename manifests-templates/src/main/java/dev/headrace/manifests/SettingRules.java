package dev.headrace.manifests;

import java.util.regex.Pattern;

/** What an operator's settings may say, so that no value of them breaks every file. */
final class SettingRules {
  static final String LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?";

  /** In a pattern of namespaces: the tenant's id. */
  static final String TENANT = "{tenant}";

  private static final Pattern NAME = Pattern.compile(LABEL);
  private static final int LONGEST_NAME = 63;

  private SettingRules() {}

  static boolean isName(String value) {
    return value.length() <= LONGEST_NAME && NAME.matcher(value).matches();
  }

  static void requireNamespacePattern(String pattern) {
    require(
        isName(pattern.replace(TENANT, "0".repeat(24))),
        "namespacePattern",
        pattern,
        "a Kubernetes namespace, with {tenant} where it should differ by owner");
  }

  static void require(boolean holds, String field, String value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(field + ": " + value + " (expected: " + expected + ")");
    }
  }
}
