package dev.headrace.git;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Spreads names over folders by the first hex digits of their SHA-256, one digit to a level, so
 * that no folder grows large.
 */
record SpreadFolders(String root, int levels) {

  String path(String name) {
    String digits =
        HexFormat.of().formatHex(Digests.sha256(name.getBytes(StandardCharsets.US_ASCII)));
    StringBuilder path = new StringBuilder(root);
    digits.chars().limit(levels).forEach(digit -> path.append('/').append((char) digit));
    return path.append('/').append(name).toString();
  }
}
