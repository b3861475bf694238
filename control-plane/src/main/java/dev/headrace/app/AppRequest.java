package dev.headrace.app;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The body of a create or an update, as today's clients send it; absent fields are null. */
record AppRequest(
    @Nullable String name,
    @Nullable String code,
    @Nullable String mode,
    @Nullable String framework,
    @JsonSetter(contentNulls = Nulls.FAIL) @Nullable Map<String, String> files,
    @Nullable String entrypoint,
    @JsonSetter(contentNulls = Nulls.FAIL) @Nullable Map<String, String> envVars,
    @Nullable String databaseId,
    @Nullable String resources,
    @Nullable String reason) {

  boolean hasFiles() {
    return files != null && !files.isEmpty();
  }

  Optional<String> statedReason() {
    return Optional.ofNullable(reason).filter(text -> !text.isBlank());
  }
}
