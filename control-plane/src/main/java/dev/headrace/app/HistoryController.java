package dev.headrace.app;

import dev.headrace.delivery.Deploys;
import dev.headrace.git.Action;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.PlatformRepository;
import dev.headrace.http.ApiError;
import dev.headrace.http.ErrorCode;
import dev.headrace.http.Timestamps;
import dev.headrace.identity.Caller;
import io.swagger.v3.oas.annotations.Operation;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What git had at a time, which is what was to be served then. */
@RestController
class HistoryController {
  private final PlatformRepository repository;
  private final Apps apps;
  private final Deploys deploys;
  private final Clock clock;

  HistoryController(PlatformRepository repository, Apps apps, Deploys deploys, Clock clock) {
    this.repository = repository;
    this.apps = apps;
    this.deploys = deploys;
    this.clock = clock;
  }

  /**
   * What {@code main} was.
   *
   * @param at when that commit was made
   */
  record Main(String commit, String at) {}

  @Operation(
      summary = "The version that an app had at a time",
      description = "The time as in 2026-03-04T05:06:07Z; now if there is none.")
  @GetMapping("/api/v1/apps/{appId}/deploys/at")
  DeployView version(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String appId,
      @RequestParam(name = "time", required = false) @Nullable Instant asked) {
    Instant time = asked == null ? clock.instant() : asked;
    AppId app = apps.visible(caller, AppController.id(appId)).id();
    return versionAt(app, time)
        .flatMap(version -> deploys.find(version.id()))
        .map(deploy -> DeployView.of(deploy, deploys))
        .orElseThrow(() ->
            ApiError.of(
                ErrorCode.NOT_FOUND,
                "App %s had no version at %s".formatted(appId, Timestamps.text(time))));
  }

  private Optional<AppCommit> versionAt(AppId app, Instant time) {
    Optional<AppCommit> commit =
        repository.at(app, time).filter(last -> last.action() != Action.DELETE);
    while (commit.isPresent() && commit.get().version().isEmpty()) {
      commit = commit.get().previous().flatMap(repository::read);
    }
    return commit;
  }

  @Operation(
      summary = "The commit that main was at a time",
      description =
          "For the admin. What was to be served then is what this commit holds. The time as in"
              + " 2026-03-04T05:06:07Z; now if there is none.")
  @GetMapping("/api/v1/admin/git/at")
  Main main(
      @AuthenticationPrincipal Caller caller,
      @RequestParam(name = "time", required = false) @Nullable Instant asked) {
    caller.requireAdmin();
    Instant time = asked == null ? clock.instant() : asked;
    return repository
        .at(time)
        .map(commit -> new Main(commit.id().sha(), Timestamps.text(commit.at())))
        .orElseThrow(() ->
            ApiError.of(
                ErrorCode.NOT_FOUND, "Nothing had been deployed at " + Timestamps.text(time)));
  }
}
