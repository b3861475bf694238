package dev.headrace.git;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/**
 * OpenSSH's signature format (PROTOCOL.sshsig) for one key, the namespace {@code git} and SHA-512.
 * Such a signature is a constant prefix and the 64 bytes of ed25519.
 */
final class SshSignature {

  private static final String BEGIN = "-----BEGIN SSH SIGNATURE-----\n";
  private static final String END = "-----END SSH SIGNATURE-----\n";
  private static final byte[] MAGIC = ascii("SSHSIG");
  private static final byte[] NAMESPACE = ascii("git");
  private static final byte[] RESERVED = {};
  private static final byte[] HASH = ascii("sha512");
  private static final byte[] KEY_TYPE = ascii("ssh-ed25519");
  private static final int RAW_LENGTH = 64;
  private static final int LINE = 70;

  private final Ed25519PrivateKeyParameters secret;
  private final Ed25519PublicKeyParameters open;
  private final byte[] prefix;

  SshSignature(
      Ed25519PrivateKeyParameters secret, Ed25519PublicKeyParameters open, byte[] publicBlob) {
    this.secret = secret;
    this.open = open;
    ByteArrayOutputStream blob = new ByteArrayOutputStream();
    blob.writeBytes(MAGIC);
    blob.writeBytes(uint32(1));
    for (byte[] field : new byte[][] {publicBlob, NAMESPACE, RESERVED, HASH}) {
      string(blob, field);
    }
    blob.writeBytes(uint32(4 + KEY_TYPE.length + 4 + RAW_LENGTH));
    string(blob, KEY_TYPE);
    blob.writeBytes(uint32(RAW_LENGTH));
    prefix = blob.toByteArray();
  }

  String sign(byte[] payload) {
    byte[] signed = signedBytes(payload);
    Ed25519Signer signer = new Ed25519Signer();
    signer.init(true, secret);
    signer.update(signed, 0, signed.length);
    byte[] blob = Arrays.copyOf(prefix, prefix.length + RAW_LENGTH);
    System.arraycopy(signer.generateSignature(), 0, blob, prefix.length, RAW_LENGTH);
    return BEGIN + lines(blob) + END;
  }

  boolean verifies(byte[] payload, String armored) {
    if (!armored.startsWith(BEGIN) || !armored.endsWith(END)) {
      return false;
    }
    byte[] blob;
    try {
      String body = armored.substring(BEGIN.length(), armored.length() - END.length());
      blob = Base64.getDecoder().decode(body.replace("\n", ""));
    } catch (IllegalArgumentException e) {
      return false;
    }
    if (blob.length != prefix.length + RAW_LENGTH
        || !Arrays.equals(blob, 0, prefix.length, prefix, 0, prefix.length)) {
      return false;
    }
    byte[] signed = signedBytes(payload);
    Ed25519Signer verifier = new Ed25519Signer();
    verifier.init(false, open);
    verifier.update(signed, 0, signed.length);
    return verifier.verifySignature(Arrays.copyOfRange(blob, prefix.length, blob.length));
  }

  /** Base64 in lines of 70, as OpenSSH writes it; each line ends with a line feed. */
  static String lines(byte[] blob) {
    String text = Base64.getEncoder().encodeToString(blob);
    StringBuilder lines = new StringBuilder(text.length() + text.length() / LINE + 1);
    for (int from = 0; from < text.length(); from += LINE) {
      lines.append(text, from, Math.min(from + LINE, text.length())).append('\n');
    }
    return lines.toString();
  }

  private static byte[] signedBytes(byte[] payload) {
    ByteArrayOutputStream signed = new ByteArrayOutputStream();
    signed.writeBytes(MAGIC);
    for (byte[] field : new byte[][] {NAMESPACE, RESERVED, HASH, Digests.sha512(payload)}) {
      string(signed, field);
    }
    return signed.toByteArray();
  }

  private static void string(ByteArrayOutputStream out, byte[] field) {
    out.writeBytes(uint32(field.length));
    out.writeBytes(field);
  }

  private static byte[] uint32(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
