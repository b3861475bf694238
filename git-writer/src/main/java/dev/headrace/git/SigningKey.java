package dev.headrace.git;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.util.OpenSSHPrivateKeyUtil;
import org.bouncycastle.crypto.util.OpenSSHPublicKeyUtil;
import org.jspecify.annotations.Nullable;

/**
 * The ed25519 key that signs every commit, kept in OpenSSH's own private key file. Read once; safe
 * for use by several threads.
 */
public final class SigningKey {

  private static final String BEGIN = "-----BEGIN OPENSSH PRIVATE KEY-----";
  private static final String END = "-----END OPENSSH PRIVATE KEY-----";
  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private final byte[] publicBlob;
  private final SshSignature signature;

  private SigningKey(Ed25519PrivateKeyParameters secret) {
    Ed25519PublicKeyParameters open = secret.generatePublicKey();
    try {
      publicBlob = OpenSSHPublicKeyUtil.encodePublicKey(open);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    signature = new SshSignature(secret, open, publicBlob);
  }

  /** Makes a new key and writes it, readable by its owner only; fails if the file exists. */
  public static SigningKey create(Path file) {
    Ed25519PrivateKeyParameters secret = new Ed25519PrivateKeyParameters(new SecureRandom());
    try {
      String text = armored(OpenSSHPrivateKeyUtil.encodePrivateKey(secret));
      Durable.createPrivate(file, text.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot create the signing key " + file + ".", e);
    }
    return new SigningKey(secret);
  }

  /** Reads a key without pass phrase, as written by {@link #create} or {@code ssh-keygen}. */
  public static SigningKey load(Path file) {
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
      if (!OWNER_ONLY.containsAll(permissions)) {
        throw unusable(
            file,
            "others may read it (" + PosixFilePermissions.toString(permissions) + "); chmod 600 it",
            null);
      }
      String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
      if (!text.startsWith(BEGIN) || !text.endsWith(END)) {
        throw unusable(file, "it is not an OpenSSH private key", null);
      }
      return parse(file, text.substring(BEGIN.length(), text.length() - END.length()).strip());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the signing key " + file + ".", e);
    }
  }

  private static SigningKey parse(Path file, String base64) {
    AsymmetricKeyParameter key;
    try {
      byte[] blob = Base64.getMimeDecoder().decode(base64);
      key = OpenSSHPrivateKeyUtil.parsePrivateKeyBlob(blob);
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw unusable(file, "it is damaged, or has a pass phrase", e);
    }
    if (key instanceof Ed25519PrivateKeyParameters secret) {
      return new SigningKey(secret);
    }
    throw unusable(file, "it is not of type ssh-ed25519", null);
  }

  static SigningKey ofSeed(byte[] seed) {
    return new SigningKey(new Ed25519PrivateKeyParameters(seed));
  }

  private static IllegalStateException unusable(Path file, String why, @Nullable Throwable cause) {
    return new IllegalStateException(
        "The signing key " + file + " cannot be used: " + why + ".", cause);
  }

  private static String armored(byte[] blob) {
    return BEGIN + "\n" + SshSignature.lines(blob) + END + "\n";
  }

  /** The public key as {@code authorized_keys} and {@code allowed_signers} have it. */
  public String publicKeyLine() {
    return "ssh-ed25519 " + Base64.getEncoder().encodeToString(publicBlob);
  }

  /** The fingerprint as {@code ssh-keygen -l} prints it. */
  public String fingerprint() {
    return "SHA256:"
        + Base64.getEncoder().withoutPadding().encodeToString(Digests.sha256(publicBlob));
  }

  /** The armored SSH signature in the namespace {@code git}, as {@code ssh-keygen -Y sign}. */
  public String sign(byte[] payload) {
    return signature.sign(payload);
  }

  boolean signed(byte[] payload, String armored) {
    return signature.verifies(payload, armored);
  }
}
