package dev.headrace.git;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The digests that every Java platform has, without their checked exception. */
final class Digests {

  private Digests() {}

  static byte[] sha256(byte[] bytes) {
    return algorithm("SHA-256").digest(bytes);
  }

  static byte[] sha512(byte[] bytes) {
    return algorithm("SHA-512").digest(bytes);
  }

  static MessageDigest sha1() {
    return algorithm("SHA-1");
  }

  private static MessageDigest algorithm(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(name + " is missing from this Java platform", e);
    }
  }
}
