package dev.headrace.manifests;

import java.util.Optional;

/**
 * The fingerprint of everything that makes an app behave as it does. Its canonical form is fixed:
 * commits of any age must give the digest they were deployed with.
 */
final class ContentDigest {
  private ContentDigest() {}

  /**
   * SHA-256 over {@link #canonicalForm}, as lower-case hex.
   *
   * @param environment the bytes of env.sops.yaml
   */
  static String of(AppSpec spec, SourceFiles source, Optional<byte[]> environment) {
    return Text.sha256(canonicalForm(spec, source, environment));
  }

  /**
   * Lines ended by a line feed, in this order. The display name is not among them: a rename deploys
   * nothing. The line {@code environment} is there only when the app has one.
   */
  static String canonicalForm(AppSpec spec, SourceFiles source, Optional<byte[]> environment) {
    return """
    headrace.dev/v1 App
    id %s
    owner %s
    mode %s
    framework %s
    entrypoint %s
    database %s
    resources %s
    restarts %d
    replicas %d
    source %s
    """
            .formatted(
                spec.id(),
                spec.ownerId(),
                spec.mode().word(),
                spec.framework().word(),
                spec.entrypoint(),
                spec.databaseId().orElse("-"),
                spec.resources().word(),
                spec.restarts(),
                spec.replicas(),
                source.digest())
        + environment.map(bytes -> "environment " + Text.sha256(bytes) + "\n").orElse("");
  }
}
