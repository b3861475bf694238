package dev.headrace.manifests;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What counts as text, and its fingerprint. */
final class Text {
  private Text() {}

  /**
   * False for what cannot be seen or reorders what is seen: controls, line and paragraph
   * separators, bidirectional overrides, unpaired surrogates, unassigned code points.
   */
  static boolean isPrintable(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      case Character.FORMAT -> !reordersText(point);
      default -> true;
    };
  }

  private static boolean reordersText(int point) {
    return point == 0x061C
        || (point >= 0x200E && point <= 0x200F)
        || (point >= 0x202A && point <= 0x202E)
        || (point >= 0x2066 && point <= 0x2069);
  }

  /** UTF-8 and nothing else: no replacement characters in place of broken input. */
  static String decode(byte[] bytes) throws CharacterCodingException {
    return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  /**
   * False for what git, a terminal or YAML's printable set would not show as it is: controls other
   * than tab, line feed, form feed and carriage return; U+FFFE and U+FFFF; unpaired surrogates.
   */
  static boolean isPlain(int point) {
    return switch (point) {
      case '\t', '\n', '\f', '\r' -> true;
      case 0xFFFE, 0xFFFF -> false;
      default -> !Character.isISOControl(point) && Character.getType(point) != Character.SURROGATE;
    };
  }

  /** SHA-256 as lower-case hex. */
  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static String sha256(String text) {
    return sha256(text.getBytes(UTF_8));
  }
}
