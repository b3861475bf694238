package dev.headrace.git;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The digests that every Java platform has, without their checked exception. */
final class Digests {

  /** Copied for each use: asking the platform for one takes longer than our digests take. */
  private static final MessageDigest SHA_1 = algorithm("SHA-1");

  private static final MessageDigest SHA_256 = algorithm("SHA-256");
  private static final MessageDigest SHA_512 = algorithm("SHA-512");

  private Digests() {}

  static byte[] sha256(byte[] bytes) {
    return fresh(SHA_256).digest(bytes);
  }

  static byte[] sha512(byte[] bytes) {
    return fresh(SHA_512).digest(bytes);
  }

  static MessageDigest sha1() {
    return fresh(SHA_1);
  }

  private static MessageDigest fresh(MessageDigest unused) {
    try {
      return (MessageDigest) unused.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(
          unused.getAlgorithm() + " of this Java platform cannot be copied", e);
    }
  }

  private static MessageDigest algorithm(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(name + " is missing from this Java platform", e);
    }
  }
}
