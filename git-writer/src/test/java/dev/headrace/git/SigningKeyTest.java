package dev.headrace.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigningKeyTest {

  @TempDir private Path folder;

  private StockGit.Result sshKeygen(String... arguments) {
    List<String> command = new ArrayList<>(List.of("ssh-keygen"));
    command.addAll(List.of(arguments));
    return StockGit.run(command, "");
  }

  @Test
  void aNewKeyIsReadByStockSshKeygenAndByItsOwnerOnly() throws Exception {
    Path file = folder.resolve("key");
    SigningKey key = SigningKey.create(file);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(sshKeygen("-y", "-f", file.toString()).out()).startsWith(key.publicKeyLine());
    assertThat(sshKeygen("-l", "-f", file.toString()).out()).contains(key.fingerprint());
    assertThat(SigningKey.load(file).fingerprint()).isEqualTo(key.fingerprint());
  }

  @Test
  void aKeyMadeBySshKeygenSignsAsSshKeygenDoes() throws Exception {
    Path file = folder.resolve("key");
    assertThat(sshKeygen("-q", "-t", "ed25519", "-N", "", "-C", "x", "-f", file.toString()).exit())
        .isZero();
    Path payload = Files.writeString(folder.resolve("payload"), "what is signed\n");
    assertThat(
            sshKeygen("-Y", "sign", "-n", "git", "-f", file.toString(), payload.toString()).exit())
        .isZero();

    SigningKey key = SigningKey.load(file);

    assertThat(key.sign(Files.readAllBytes(payload)))
        .isEqualTo(Files.readString(folder.resolve("payload.sig")));
  }

  @Test
  void aSignatureHoldsForItsBytesAndItsKeyOnly() {
    SigningKey key = SigningKey.create(folder.resolve("key"));
    SigningKey other = SigningKey.create(folder.resolve("other"));
    byte[] payload = Samples.bytes("payload");
    String signature = key.sign(payload);

    assertThat(key.signed(payload, signature)).isTrue();
    assertThat(key.signed(Samples.bytes("Payload"), signature)).isFalse();
    assertThat(other.signed(payload, signature)).isFalse();
    assertThat(key.signed(payload, other.sign(payload))).isFalse();
    assertThat(key.signed(payload, "")).isFalse();
    assertThat(key.signed(payload, signature.replace("U1NIU0lH", "!!!!"))).isFalse();
    assertThat(key.signed(payload, signature.substring(0, 80))).isFalse();
  }

  @Test
  void aKeyIsNeverWrittenOverAnother() {
    SigningKey.create(folder.resolve("key"));

    assertThatThrownBy(() -> SigningKey.create(folder.resolve("key")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("Cannot create the signing key");
  }

  @Test
  void aProcessThatDiedWhileItMadeAKeyIsNoHindrance() throws Exception {
    Files.writeString(folder.resolve("key.new"), "-----BEGIN OPENSSH");

    SigningKey made = SigningKey.create(folder.resolve("key"));

    assertThat(SigningKey.load(folder.resolve("key")).fingerprint()).isEqualTo(made.fingerprint());
    assertThat(folder).isDirectoryNotContaining("glob:**.new");
  }

  @Test
  void aKeyThatOthersMayReadOrThatIsNoneIsRefusedWithTheReason() throws Exception {
    Path open = folder.resolve("open");
    SigningKey.create(open);
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
    Path none =
        Files.createFile(
            folder.resolve("none"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Path locked = folder.resolve("locked");
    sshKeygen("-q", "-t", "ed25519", "-N", "secret", "-f", locked.toString());
    Path rsa = folder.resolve("rsa");
    sshKeygen("-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", rsa.toString());

    assertThatThrownBy(() -> SigningKey.load(open)).hasMessageContaining("chmod 600");
    assertThatThrownBy(() -> SigningKey.load(none)).hasMessageContaining("not an OpenSSH");
    assertThatThrownBy(() -> SigningKey.load(locked)).hasMessageContaining("pass phrase");
    assertThatThrownBy(() -> SigningKey.load(rsa)).hasMessageContaining("not of type ssh-ed25519");
    assertThatThrownBy(() -> SigningKey.load(folder.resolve("missing")))
        .isInstanceOf(UncheckedIOException.class);
  }
}
