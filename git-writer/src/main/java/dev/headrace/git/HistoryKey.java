package dev.headrace.git;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Stands for a directory or a request in 128 bits of SHA-256: not even somebody who looks for two
 * of the same will find them.
 */
record HistoryKey(long high, long low) {

  static HistoryKey of(DirectoryId directory) {
    return of(directory.path());
  }

  static HistoryKey of(String userId, DeployId deployId) {
    return of(userId + " " + deployId);
  }

  private static HistoryKey of(String text) {
    ByteBuffer digest = ByteBuffer.wrap(Digests.sha256(text.getBytes(StandardCharsets.UTF_8)));
    return new HistoryKey(digest.getLong(), digest.getLong());
  }
}
