package dev.headrace.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A starter app in the shape of today's clients. */
record Template(
    String id,
    String name,
    String description,
    @Nullable String code,
    String mode,
    @Nullable String framework,
    @Nullable String entrypoint,
    @Nullable Object files,
    String complexity,
    boolean isGlobal,
    String createdAt,
    List<String> tags,
    @Nullable String userId,
    boolean requiresDatabase,
    boolean isHidden) {}
