package dev.headrace.observe;

import dev.headrace.delivery.DeliveryEngine;
import dev.headrace.delivery.DeliveryEngine.Logs;
import dev.headrace.git.AppId;
import dev.headrace.http.ApiError;
import dev.headrace.http.ErrorCode;
import dev.headrace.http.Timestamps;
import dev.headrace.identity.Caller;
import dev.headrace.projection.ProjectedApps;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The newest log lines of an app. */
@RestController
class LogController {
  private static final int MOST = 2_000;
  private static final int LONGEST_SECONDS = 7 * 24 * 3600;

  private final ProjectedApps apps;
  private final DeliveryEngine engine;
  private final Clock clock;

  LogController(ProjectedApps apps, DeliveryEngine engine, Clock clock) {
    this.apps = apps;
    this.engine = engine;
    this.clock = clock;
  }

  record Entry(String timestamp, String message) {}

  record Page(
      String appId,
      @Nullable String podName,
      String container,
      List<Entry> logs,
      boolean truncated,
      @Nullable String error) {}

  @GetMapping("/api/apps/{appId}/logs")
  Page logs(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String appId,
      @RequestParam(name = "tail_lines", defaultValue = "100") int tailLines,
      @RequestParam(name = "since_seconds", required = false) @Nullable Integer sinceSeconds) {
    AppId app = visible(caller, appId);
    Optional<Instant> since =
        Optional.ofNullable(sinceSeconds)
            .map(seconds -> clock.instant().minusSeconds(Math.clamp(seconds, 0, LONGEST_SECONDS)));
    Logs logs = engine.logs(app, Math.clamp(tailLines, 1, MOST), since);
    return new Page(
        appId,
        logs.instance().orElse(null),
        "runner",
        logs.lines().stream()
            .map(line -> new Entry(Timestamps.text(line.at()), line.text()))
            .toList(),
        logs.truncated(),
        logs.instance().isEmpty() ? "No pod found" : null);
  }

  private AppId visible(Caller caller, String appId) {
    try {
      return apps.find(caller, new AppId(appId)).orElseThrow(() -> notFound(appId)).id();
    } catch (IllegalArgumentException e) {
      throw notFound(appId);
    }
  }

  private static ApiError notFound(String appId) {
    return ApiError.of(ErrorCode.NOT_FOUND, "App not found: " + appId);
  }
}
