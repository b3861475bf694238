package dev.headrace.app;

import dev.headrace.delivery.Deploys;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.CommitId;
import dev.headrace.http.Why;
import dev.headrace.identity.Caller;
import io.swagger.v3.oas.annotations.Operation;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Has an app rest, run again, or start anew. */
@RestController
@RequestMapping("/api/v1/apps/{appId}")
class LifecycleController {
  private final Lifecycle lifecycle;
  private final Apps apps;
  private final Deploys deploys;
  private final Submissions submissions;

  LifecycleController(Lifecycle lifecycle, Apps apps, Deploys deploys, Submissions submissions) {
    this.lifecycle = lifecycle;
    this.apps = apps;
    this.deploys = deploys;
    this.submissions = submissions;
  }

  @FunctionalInterface
  private interface Change {
    AppCommit make(Submission submission, AppId app, Optional<CommitId> expectedHead);
  }

  @Operation(
      summary = "Stop the app",
      description =
          "One commit, a version of its own: nothing of the app runs any more, and its address"
              + " answers 503. A deploy, a rollback, a start or a restart has it run again. An app"
              + " that is stopped already gets no commit; the answer is then its newest version.")
  @PostMapping("/stop")
  ResponseEntity<DeployView> stop(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String appId,
      @RequestBody(required = false) @Nullable Why why,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      @RequestHeader(name = Submissions.IDEMPOTENCY_KEY, required = false) @Nullable String key,
      @RequestHeader(name = Submissions.VIA, required = false) @Nullable String via) {
    return changed(
        lifecycle::stop, submissions.of(caller, key, via, Why.stated(why)), appId, ifMatch);
  }

  @Operation(
      summary = "Start the app",
      description =
          "One commit, a version of its own: a stopped app runs again with the source that it has."
              + " An app that is not stopped gets no commit, also where it does not answer; the"
              + " answer is then its newest version.")
  @PostMapping("/start")
  ResponseEntity<DeployView> start(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String appId,
      @RequestBody(required = false) @Nullable Why why,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      @RequestHeader(name = Submissions.IDEMPOTENCY_KEY, required = false) @Nullable String key,
      @RequestHeader(name = Submissions.VIA, required = false) @Nullable String via) {
    return changed(
        lifecycle::start, submissions.of(caller, key, via, Why.stated(why)), appId, ifMatch);
  }

  @Operation(
      summary = "Restart the app",
      description =
          "One commit, a version of its own: the same source is started anew and takes over when it"
              + " answers, without a request lost. A stopped app is started.")
  @PostMapping("/restart")
  ResponseEntity<DeployView> restart(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String appId,
      @RequestBody(required = false) @Nullable Why why,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      @RequestHeader(name = Submissions.IDEMPOTENCY_KEY, required = false) @Nullable String key,
      @RequestHeader(name = Submissions.VIA, required = false) @Nullable String via) {
    return changed(
        lifecycle::restart, submissions.of(caller, key, via, Why.stated(why)), appId, ifMatch);
  }

  /** The ETag is the app's newest commit, which a rename may have made. */
  private ResponseEntity<DeployView> changed(
      Change change, Submission submission, String appId, @Nullable String ifMatch) {
    AppId app = AppController.id(appId);
    AppCommit version = change.make(submission, app, submissions.expectedHead(ifMatch));
    return ResponseEntity.ok()
        .eTag(apps.visible(submission.caller(), app).head().sha())
        .body(DeployView.of(deploys.find(version.id()).orElseThrow(), deploys));
  }
}
