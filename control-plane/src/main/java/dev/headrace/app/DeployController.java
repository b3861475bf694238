package dev.headrace.app;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.headrace.delivery.Deploy;
import dev.headrace.delivery.Deploys;
import dev.headrace.delivery.Drifts;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.http.ApiError;
import dev.headrace.http.ErrorCode;
import dev.headrace.http.Timestamps;
import dev.headrace.identity.Caller;
import dev.headrace.manifests.ParsedApp;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** An app's history with its commits, and what became of each. */
@RestController
@RequestMapping("/api/v1/apps/{appId}")
class DeployController {
  private static final int MOST = 200;

  private final Apps apps;
  private final Deploys deploys;
  private final Submissions submissions;
  private final Streams streams;

  private final Drifts drifts;

  DeployController(
      Apps apps, Deploys deploys, Drifts drifts, Submissions submissions, Streams streams) {
    this.drifts = drifts;
    this.apps = apps;
    this.deploys = deploys;
    this.submissions = submissions;
    this.streams = streams;
  }

  /**
   * A page of an app's history.
   *
   * @param nextBefore commit to send as {@code before} for the next page
   */
  record History(String appId, List<DeployView> deploys, @Nullable String nextBefore) {}

  /**
   * A change by hand.
   *
   * @param by the program that made it, as the cluster knows it
   */
  record DriftView(
      String object, boolean deleted, @Nullable String by, String at, @Nullable String putBackAt) {
    private static DriftView of(Drifts.Drift drift) {
      return new DriftView(
          drift.object(),
          drift.deleted(),
          drift.by().orElse(null),
          Timestamps.text(drift.at()),
          drift.putBackAt().map(Timestamps::text).orElse(null));
    }
  }

  record SourceView(String mode, String entrypoint, Map<String, String> files) {}

  record RollbackRequest(@JsonProperty(required = true) int version, @Nullable String reason) {}

  @GetMapping("/deploys")
  History history(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String appId,
      @RequestParam(defaultValue = "50") int limit,
      @RequestParam(required = false) @Nullable String before) {
    AppId app = visible(caller, appId);
    int shown = Math.clamp(limit, 1, MOST);
    List<Deploy> found = deploys.list(app, shown + 1, Optional.ofNullable(before));
    List<Deploy> page = found.subList(0, Math.min(shown, found.size()));
    String next = found.size() > shown ? page.getLast().commit().id().sha() : null;
    return new History(appId, DeployView.of(page, app, deploys), next);
  }

  /** What somebody changed in the cluster by hand, newest first, and when that was put back. */
  @GetMapping("/drift")
  List<DriftView> drift(@AuthenticationPrincipal Caller caller, @PathVariable String appId) {
    return drifts.of(visible(caller, appId), MOST).stream().map(DriftView::of).toList();
  }

  @GetMapping("/deploys/{version}")
  DeployView one(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String appId,
      @PathVariable int version) {
    return DeployView.of(found(visible(caller, appId), version), deploys);
  }

  @GetMapping("/deploys/{version}/source")
  SourceView source(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String appId,
      @PathVariable int version) {
    AppId app = visible(caller, appId);
    ParsedApp then = apps.readAt(app, found(app, version).commit().id());
    return new SourceView(
        then.spec().mode().word(), then.spec().entrypoint(), then.source().files());
  }

  @GetMapping(value = "/deploys/{version}/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  SseEmitter events(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String appId,
      @PathVariable int version,
      @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String lastEventId) {
    AppId app = visible(caller, appId);
    found(app, version);
    return streams.deploy(caller, app, version, seen(lastEventId));
  }

  @PostMapping("/rollback")
  ResponseEntity<DeployView> rollBack(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String appId,
      @RequestBody RollbackRequest request,
      @RequestHeader(name = Submissions.IDEMPOTENCY_KEY, required = false) @Nullable String key,
      @RequestHeader(name = Submissions.VIA, required = false) @Nullable String via) {
    Optional<String> reason = Optional.ofNullable(request.reason()).filter(text -> !text.isBlank());
    AppCommit commit =
        apps.rollBack(
            submissions.of(caller, key, via, reason), AppController.id(appId), request.version());
    return ResponseEntity.ok()
        .eTag(commit.id().sha())
        .body(DeployView.of(deploys.find(commit.id()).orElseThrow(), deploys));
  }

  private AppId visible(Caller caller, String appId) {
    return apps.visible(caller, AppController.id(appId)).id();
  }

  private Deploy found(AppId app, int version) {
    return deploys
        .find(app, version)
        .orElseThrow(() ->
            ApiError.of(
                ErrorCode.NOT_FOUND, "App %s has no version %d".formatted(app.value(), version)));
  }

  /** What is no number was not sent by this stream, which then starts at its beginning. */
  private static int seen(@Nullable String lastEventId) {
    try {
      return lastEventId == null ? 0 : Integer.parseInt(lastEventId);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
