package dev.headrace.app;

import dev.headrace.git.AppId;
import dev.headrace.git.DeployId;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Ids of new apps: as good as random to anyone, the same again for a request sent twice. */
final class AppIds {
  private static final int LENGTH = 8;
  private static final BigInteger RANGE = BigInteger.valueOf(36).pow(LENGTH);

  private AppIds() {}

  static Candidate first(String userId, DeployId deployId) {
    return new Candidate(userId, deployId, 0);
  }

  /**
   * @param attempt how many ids before this one were taken
   */
  record Candidate(String userId, DeployId deployId, int attempt) {
    AppId appId() {
      String seed = userId + " " + deployId.value() + " " + attempt;
      BigInteger number = new BigInteger(1, sha256(seed)).mod(RANGE);
      return new AppId(
          "0".repeat(LENGTH).concat(number.toString(36)).substring(number.toString(36).length()));
    }

    Candidate next() {
      return new Candidate(userId, deployId, attempt + 1);
    }
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
