package dev.headrace.manifests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The digests here were made with {@code sha256sum}; they may never change. */
class ContentDigestTest {
  private static final String SOURCE =
      "56c0374dd0e57260d0aa973c217d45dcdaf824eb04527f0234a56f6c075b39de";

  @Test
  void theCanonicalFormIsFixed() {
    assertThat(ContentDigest.canonicalForm(Apps.multi("app.py"), Apps.todo(), Optional.empty()))
        .isEqualTo(
            """
            headrace.dev/v1 App
            id k3f9a2bq
            owner 65f0c1d2e3a4b5c6d7e8f901
            mode multi
            framework fasthtml
            entrypoint app.py
            database db-1
            resources medium
            restarts 3
            replicas 1
            source %s
            """
                .formatted(SOURCE));
  }

  @Test
  void theDigestIsTheSha256OfTheCanonicalForm() {
    assertThat(ContentDigest.of(Apps.multi("app.py"), Apps.todo(), Optional.empty()))
        .isEqualTo("8323f7f1779877dbcee3d836971050f0d166b2d27c71169d36ab2f9a3613a26b");
  }

  @Test
  void anEncryptedEnvironmentIsPartOfIt() {
    assertThat(
            ContentDigest.of(
                Apps.multi("app.py"), Apps.todo(), Optional.of("TOKEN: ENC[x]\n".getBytes(UTF_8))))
        .isEqualTo("2b49be094ee063a25f209c5f341e40101acb966ac5addaf5d16ae502a98164b7");
  }

  @Test
  void theDisplayNameIsNotPartOfIt() {
    assertThat(ContentDigest.of(Apps.multi("app.py").renamed("x"), Apps.todo(), Optional.empty()))
        .isEqualTo(ContentDigest.of(Apps.multi("app.py"), Apps.todo(), Optional.empty()));
  }

  @Test
  void clientsOfTheFirstApiKnowCodeByItsFirst16Digits() {
    assertThat(SourceFiles.single("app = 1\n").codeHash(Mode.SINGLE)).isEqualTo("1ef7470068fb10fb");
    assertThat(Apps.todo().codeHash(Mode.MULTI)).isEqualTo("fdf38c94030cd895");
  }
}
