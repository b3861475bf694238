package dev.headrace.app;

import dev.headrace.http.Timestamps;
import dev.headrace.projection.ProjectedApp;
import org.jspecify.annotations.Nullable;

/** An app as lists and answers to changes show it. */
record AppView(
    String id,
    String appId,
    String name,
    String status,
    String createdAt,
    @Nullable String lastActivity,
    String deploymentUrl,
    @Nullable String errorMessage,
    @Nullable String deployStage,
    @Nullable String lastError,
    @Nullable String lastDeployAt) {

  static AppView of(ProjectedApp app, AppStatus status, String url) {
    return new AppView(
        app.recordId(),
        app.id().value(),
        app.name(),
        status.status(),
        Timestamps.text(app.createdAt()),
        app.lastActivity().map(Timestamps::text).orElse(null),
        url,
        status.error().orElse(null),
        status.stage(),
        status.error().orElse(null),
        app.lastDeployAt().map(Timestamps::text).orElse(null));
  }
}
