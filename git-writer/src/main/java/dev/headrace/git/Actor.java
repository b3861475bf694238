package dev.headrace.git;

import java.util.regex.Pattern;

/** Who did it, from the verified identity. The user name may be any text. */
public record Actor(String userId, String username) {

  private static final Pattern FORM = Pattern.compile("[0-9a-f]{24}");

  /** Headrace itself, where no person asked for it. */
  public static final Actor HEADRACE = new Actor("0".repeat(24), "Headrace");

  public Actor {
    if (!FORM.matcher(userId).matches()) {
      throw new IllegalArgumentException(
          "user id: '" + userId + "' (expected: 24 lower-case hex digits)");
    }
  }
}
