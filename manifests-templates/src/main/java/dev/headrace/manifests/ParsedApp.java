package dev.headrace.manifests;

import java.util.Optional;

/**
 * An app as its directory in the platform repository has it.
 *
 * @param serving the source that was live last, when it differs from {@code source}
 * @param contentDigest as a rendering of this app would have it
 */
public record ParsedApp(
    AppSpec spec, SourceFiles source, Optional<SourceFiles> serving, String contentDigest) {}
