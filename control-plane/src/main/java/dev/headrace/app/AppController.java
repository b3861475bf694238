package dev.headrace.app;

import dev.headrace.delivery.DeliveryEngine;
import dev.headrace.delivery.Deploy;
import dev.headrace.delivery.Deploys;
import dev.headrace.git.Action;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.http.ApiError;
import dev.headrace.http.ErrorCode;
import dev.headrace.http.Timestamps;
import dev.headrace.identity.Caller;
import dev.headrace.manifests.ParsedApp;
import dev.headrace.manifests.SourceFiles;
import dev.headrace.projection.ProjectedApp;
import dev.headrace.projection.ProjectedApps;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Apps in the shapes of today's clients. */
@RestController
class AppController {
  private static final String ROOT = "/api/apps";
  private static final int VERSIONS_SHOWN = 10;

  private final Apps apps;
  private final ProjectedApps projected;
  private final Deploys deploys;
  private final DeliveryEngine engine;
  private final Submissions submissions;
  private final Streams streams;

  AppController(
      Apps apps,
      ProjectedApps projected,
      Deploys deploys,
      DeliveryEngine engine,
      Submissions submissions,
      Streams streams) {
    this.apps = apps;
    this.projected = projected;
    this.deploys = deploys;
    this.engine = engine;
    this.submissions = submissions;
    this.streams = streams;
  }

  record Done(boolean success, @Nullable String message) {}

  record Version(
      @Nullable String code,
      @Nullable Map<String, String> files,
      String deployedAt,
      String codeHash) {}

  record Versions(String appId, List<Version> versions, @Nullable String currentDeployedHash) {}

  record DeployStatus(
      String status,
      @Nullable String deployStage,
      boolean deploymentReady,
      @Nullable String podStatus,
      @Nullable String lastError,
      @Nullable String lastDeployAt) {}

  record Status(
      String status,
      @Nullable String podStatus,
      @Nullable String errorMessage,
      boolean deploymentReady,
      @Nullable String deployStage,
      @Nullable String lastError) {}

  @GetMapping(ROOT)
  List<AppView> list(@AuthenticationPrincipal Caller caller) {
    return projected.list(caller).stream().map(this::view).toList();
  }

  @PostMapping(ROOT)
  ResponseEntity<AppView> create(
      @AuthenticationPrincipal Caller caller,
      @RequestBody AppRequest request,
      @RequestHeader(name = Submissions.IDEMPOTENCY_KEY, required = false) @Nullable String key,
      @RequestHeader(name = Submissions.VIA, required = false) @Nullable String via) {
    return changed(
        caller, apps.create(submissions.of(caller, key, via, request.statedReason()), request));
  }

  @GetMapping(ROOT + "/{appId}")
  ResponseEntity<AppDetail> detail(
      @AuthenticationPrincipal Caller caller, @PathVariable String appId) {
    ProjectedApp app = visible(caller, appId);
    ParsedApp now = apps.read(app);
    Optional<Deploy> serving =
        now.spec().isStopped() ? newest(app) : deploys.serving(app.id()).flatMap(deploys::find);
    Optional<SourceFiles> deployed =
        serving.map(deploy -> apps.readAt(app.id(), deploy.commit().id()).source());
    return ResponseEntity.ok()
        .eTag(app.head().sha())
        .body(
            AppDetail.of(
                view(app),
                now,
                deployed,
                serving.map(deploy -> Timestamps.text(deploy.stages().getLast().at()))));
  }

  @PutMapping(ROOT + "/{appId}")
  ResponseEntity<AppView> update(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String appId,
      @RequestBody AppRequest request,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      @RequestHeader(name = Submissions.IDEMPOTENCY_KEY, required = false) @Nullable String key,
      @RequestHeader(name = Submissions.VIA, required = false) @Nullable String via) {
    return changed(
        caller,
        apps.update(
            submissions.of(caller, key, via, request.statedReason()),
            id(appId),
            request,
            submissions.expectedHead(ifMatch)));
  }

  @DeleteMapping(ROOT + "/{appId}")
  Done delete(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String appId,
      @RequestHeader(name = Submissions.IDEMPOTENCY_KEY, required = false) @Nullable String key,
      @RequestHeader(name = Submissions.VIA, required = false) @Nullable String via) {
    apps.delete(submissions.of(caller, key, via, Optional.empty()), id(appId));
    return new Done(true, "App deleted");
  }

  @GetMapping(ROOT + "/{appId}/status")
  Status status(@AuthenticationPrincipal Caller caller, @PathVariable String appId) {
    AppStatus status = statusOf(visible(caller, appId));
    return new Status(
        status.status(),
        status.pod(),
        status.error().orElse(null),
        status.ready(),
        status.stage(),
        status.error().orElse(null));
  }

  @GetMapping(ROOT + "/{appId}/deploy-status")
  DeployStatus deployStatus(@AuthenticationPrincipal Caller caller, @PathVariable String appId) {
    ProjectedApp app = visible(caller, appId);
    AppStatus status = statusOf(app);
    return new DeployStatus(
        status.status(),
        status.stage(),
        status.ready(),
        status.pod(),
        status.error().orElse(null),
        app.lastDeployAt().map(Timestamps::text).orElse(null));
  }

  @PostMapping(ROOT + "/{appId}/activity")
  Map<String, Boolean> activity(
      @AuthenticationPrincipal Caller caller, @PathVariable String appId) {
    projected.touch(visible(caller, appId));
    return Map.of("success", true);
  }

  @GetMapping(ROOT + "/{appId}/versions")
  Versions versions(@AuthenticationPrincipal Caller caller, @PathVariable String appId) {
    ProjectedApp app = visible(caller, appId);
    ParsedApp now = apps.read(app);
    return new Versions(
        appId,
        earlier(app).stream().map(this::version).toList(),
        now.source().codeHash(now.spec().mode()));
  }

  @PostMapping(ROOT + "/{appId}/rollback/{version_index}")
  ResponseEntity<AppView> rollBack(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String appId,
      @PathVariable("version_index") int versionIndex,
      @RequestHeader(name = Submissions.IDEMPOTENCY_KEY, required = false) @Nullable String key,
      @RequestHeader(name = Submissions.VIA, required = false) @Nullable String via) {
    ProjectedApp app = visible(caller, appId);
    Submission submission = submissions.of(caller, key, via, Optional.empty());
    Optional<AppCommit> made =
        apps.earlier(submission, app.id(), commit -> isRollback(commit, versionIndex));
    if (made.isPresent()) {
      return changed(caller, made.get());
    }
    List<Deploy> earlier = earlier(app);
    if (versionIndex < 0 || versionIndex >= earlier.size()) {
      throw ApiError.of(
          ErrorCode.INVALID_VERSION,
          "Version index %d is out of range (0-%d)"
              .formatted(versionIndex, Math.max(0, earlier.size() - 1)));
    }
    int version = earlier.get(versionIndex).commit().version().orElseThrow();
    return changed(caller, apps.rollBack(submission, app.id(), version));
  }

  /** Each of the caller's apps whenever it changes. */
  @GetMapping(value = "/api/v1/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  SseEmitter events(@AuthenticationPrincipal Caller caller) {
    return streams.apps(caller, this::view);
  }

  /** To the version that stood at this place of the list before the rollback. */
  private boolean isRollback(AppCommit commit, int versionIndex) {
    return commit.action() == Action.ROLLBACK
        && deploys
            .find(commit.app(), commit.version().orElseThrow() - 2 - versionIndex)
            .map(deploy -> deploy.commit().id())
            .equals(commit.restores());
  }

  /** Newest first, without the version that is the present one. */
  private List<Deploy> earlier(ProjectedApp app) {
    return deploys.versions(app.id(), app.version().orElse(0) - 1, VERSIONS_SHOWN);
  }

  private Version version(Deploy deploy) {
    ParsedApp then = apps.readAt(deploy.commit().app(), deploy.commit().id());
    return new Version(
        AppDetail.code(then.spec().mode(), then.source()),
        AppDetail.files(then.spec().mode(), then.source()),
        Timestamps.text(deploy.commit().at()),
        then.source().codeHash(then.spec().mode()));
  }

  private ResponseEntity<AppView> changed(Caller caller, AppCommit commit) {
    ResponseEntity.BodyBuilder answer = ResponseEntity.ok().eTag(commit.id().sha());
    commit.version().ifPresent(version -> answer.header("Headrace-Version", "" + version));
    return answer.body(view(apps.visible(caller, commit.app())));
  }

  private AppView view(ProjectedApp app) {
    return AppView.of(app, statusOf(app), engine.url(app.id()));
  }

  private AppStatus statusOf(ProjectedApp app) {
    return AppStatus.of(newest(app), engine.state(app.id()));
  }

  private Optional<Deploy> newest(ProjectedApp app) {
    return deploys.find(app.id(), app.version().orElse(0));
  }

  private ProjectedApp visible(Caller caller, String appId) {
    return apps.visible(caller, id(appId));
  }

  /** What cannot be an id is an app that nobody has. */
  static AppId id(String text) {
    try {
      return new AppId(text);
    } catch (IllegalArgumentException e) {
      throw Apps.notFound(text);
    }
  }
}
