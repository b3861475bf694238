package dev.headrace.app;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.headrace.manifests.AppSpec;
import dev.headrace.manifests.Mode;
import dev.headrace.manifests.ParsedApp;
import dev.headrace.manifests.SourceFiles;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An app with its source, as the editor opens it. Drafts and databases are not kept yet. */
record AppDetail(
    @JsonUnwrapped AppView app,
    @Nullable String code,
    @Nullable String draftCode,
    @Nullable String deployedCode,
    String mode,
    @Nullable String framework,
    @Nullable String entrypoint,
    @Nullable Map<String, String> files,
    @Nullable Map<String, String> draftFiles,
    @Nullable Map<String, String> deployedFiles,
    Map<String, String> envVars,
    @Nullable String deployedAt,
    boolean hasUnpublishedChanges,
    @Nullable String databaseId,
    String resources,
    @Nullable Object databaseStats) {

  static AppDetail of(
      AppView view, ParsedApp now, Optional<SourceFiles> deployed, Optional<String> deployedAt) {
    boolean multi = now.spec().mode() == Mode.MULTI;
    return new AppDetail(
        view,
        code(now.spec().mode(), now.source()),
        null,
        deployed.map(source -> code(now.spec().mode(), source)).orElse(null),
        now.spec().mode().word(),
        multi ? now.spec().framework().word() : null,
        multi ? now.spec().entrypoint() : null,
        files(now.spec().mode(), now.source()),
        null,
        deployed.map(source -> files(now.spec().mode(), source)).orElse(null),
        Map.of(),
        deployedAt.orElse(null),
        false,
        now.spec().databaseId().orElse(null),
        now.spec().resources().word(),
        null);
  }

  static @Nullable String code(Mode mode, SourceFiles source) {
    return mode == Mode.SINGLE ? source.files().get(AppSpec.SINGLE_FILE) : null;
  }

  static @Nullable Map<String, String> files(Mode mode, SourceFiles source) {
    return mode == Mode.MULTI ? source.files() : null;
  }
}
