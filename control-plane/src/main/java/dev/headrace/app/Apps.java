package dev.headrace.app;

import dev.headrace.delivery.Deploy;
import dev.headrace.delivery.Deploys;
import dev.headrace.git.Action;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.CommitId;
import dev.headrace.git.PlatformRepository;
import dev.headrace.http.ApiError;
import dev.headrace.http.ErrorCode;
import dev.headrace.identity.Caller;
import dev.headrace.manifests.AppSpec;
import dev.headrace.manifests.Framework;
import dev.headrace.manifests.InvalidSpec;
import dev.headrace.manifests.Manifests;
import dev.headrace.manifests.Mode;
import dev.headrace.manifests.ParsedApp;
import dev.headrace.manifests.Resources;
import dev.headrace.projection.ProjectedApp;
import dev.headrace.projection.ProjectedApps;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What authors do with apps. Each method that changes something ends as one commit. */
final class Apps {
  private final ProjectedApps apps;
  private final Deploys deploys;
  private final PlatformRepository repository;
  private final Manifests manifests;
  private final SourceGate gate;
  private final Changes changes;
  private final Edits edits;

  Apps(
      ProjectedApps apps,
      Deploys deploys,
      PlatformRepository repository,
      Manifests manifests,
      SourceGate gate,
      Changes changes,
      Edits edits) {
    this.apps = apps;
    this.deploys = deploys;
    this.repository = repository;
    this.manifests = manifests;
    this.gate = gate;
    this.changes = changes;
    this.edits = edits;
  }

  /**
   * The new app's id follows from who asks and the Deploy-Id, so that a request sent twice makes
   * one app.
   */
  AppCommit create(Submission submission, AppRequest request) {
    AppIds.Candidate id = AppIds.first(submission.caller().userId(), submission.deployId());
    SourceGate.Admitted source = gate.admitNew(submission.caller(), request);
    for (int attempt = 0; attempt < Edits.ATTEMPTS; attempt++, id = id.next()) {
      if (isTaken(id.appId(), submission)) {
        continue;
      }
      AppSpec spec = newSpec(id.appId(), submission.caller(), request, source);
      Changes.Result result =
          changes.render(
              submission,
              Action.DEPLOY,
              spec,
              manifests.render(spec, source.files(), Optional.empty()),
              Optional.empty(),
              Optional.empty());
      if (result instanceof Changes.Result.Made(AppCommit commit)) {
        return commit;
      }
    }
    throw ApiError.of(ErrorCode.DEPLOY_FAILED, "No free app id was found; try again");
  }

  /**
   * A name alone is a rename: committed, but nothing is deployed. Anything else has a stopped app
   * run again.
   */
  AppCommit update(
      Submission submission, AppId id, AppRequest request, Optional<CommitId> expectedHead) {
    ProjectedApp visible = visible(submission.caller(), id);
    Edits.Current current = edits.current(visible.id());
    ParsedApp now = current.app();
    SourceGate.refuseUnsupported(request);
    boolean single = now.spec().mode() == Mode.SINGLE;
    refuseOtherMode(request, single);
    boolean source = single ? request.code() != null : request.files() != null;
    boolean environment = request.envVars() != null;
    Optional<Resources> plan = SourceGate.plan(request);
    if (!source && !environment && plan.isEmpty() && request.name() == null) {
      throw ApiError.of(ErrorCode.INVALID_REQUEST, "No fields to update");
    }
    Optional<SourceGate.Admitted> admitted =
        source
            ? Optional.of(gate.admit(submission.caller(), request, now.spec().entrypoint()))
            : Optional.empty();
    Action action = source || environment || plan.isPresent() ? Action.DEPLOY : Action.RENAME;
    Optional<AppCommit> earlier =
        earlier(submission, id, commit -> made(commit, action, request, admitted));
    if (earlier.isPresent()) {
      return earlier.get();
    }
    return changed(
        edits.make(
            submission,
            current,
            action,
            expectedHead,
            Optional.empty(),
            app -> {
              AppSpec same = named(framework(app.spec(), admitted), request.name());
              AppSpec named = plan.map(same::on).orElse(same);
              return Optional.of(
                  new Edits.Draft(
                      action == Action.DEPLOY ? named.running() : named,
                      admitted.map(SourceGate.Admitted::files).orElse(app.source())));
            }));
  }

  /**
   * Source and spec are those of the version, rendered as any deploy is today; the app runs, also
   * where the version was a stop.
   */
  AppCommit rollBack(Submission submission, AppId id, int version) {
    ProjectedApp visible = visible(submission.caller(), id);
    Deploy target =
        deploys
            .find(id, version)
            .orElseThrow(() ->
                ApiError.of(
                    ErrorCode.NOT_FOUND,
                    "App %s has no version %d".formatted(id.value(), version)));
    CommitId restored = target.commit().id();
    Optional<AppCommit> earlier =
        earlier(submission, id, commit -> commit.restores().equals(Optional.of(restored)));
    if (earlier.isPresent()) {
      return earlier.get();
    }
    ParsedApp then = readAt(id, restored);
    return changed(
        edits.make(
            submission,
            edits.current(visible.id()),
            Action.ROLLBACK,
            Optional.empty(),
            Optional.of(restored),
            app ->
                Optional.of(
                    new Edits.Draft(
                        then.spec().renamed(app.spec().name()).running(), then.source()))));
  }

  AppCommit delete(Submission submission, AppId id) {
    Optional<AppCommit> earlier =
        earlier(submission, id, commit -> commit.action() == Action.DELETE);
    if (earlier.isPresent()) {
      return earlier.get();
    }
    return edits.remove(submission, id, visible(submission.caller(), id).name());
  }

  ProjectedApp visible(Caller caller, AppId id) {
    return apps.find(caller, id).orElseThrow(() -> notFound(id.value()));
  }

  /**
   * The commit that the same person made of the same request, sent again.
   *
   * @throws ApiError when the Deploy-Id stands for another request
   */
  Optional<AppCommit> earlier(Submission submission, AppId id, Predicate<AppCommit> same) {
    Optional<AppCommit> earlier =
        repository.find(submission.caller().userId(), submission.deployId());
    if (earlier.isPresent() && !(earlier.get().app().equals(id) && same.test(earlier.get()))) {
      throw Changes.reused();
    }
    return earlier;
  }

  private boolean made(
      AppCommit commit, Action action, AppRequest request, Optional<SourceGate.Admitted> admitted) {
    if (commit.action() != action) {
      return false;
    }
    ParsedApp then = readAt(commit.app(), commit.id());
    return (request.name() == null || then.spec().name().equals(request.name()))
        && SourceGate.plan(request).filter(plan -> plan != then.spec().resources()).isEmpty()
        && (admitted.isEmpty() || then.source().equals(admitted.get().files()));
  }

  /** The app's source and spec as its newest commit has them. */
  ParsedApp read(ProjectedApp app) {
    return edits.current(app.id()).app();
  }

  ParsedApp readAt(AppId id, CommitId commit) {
    return edits.readAt(id, commit);
  }

  static ApiError notFound(String id) {
    return ApiError.of(ErrorCode.NOT_FOUND, "App not found: " + id);
  }

  /** These edits always find something to do. */
  private static AppCommit changed(Optional<AppCommit> made) {
    return made.orElseThrow();
  }

  private boolean isTaken(AppId id, Submission submission) {
    return repository.latest(id).isPresent()
        && repository.find(submission.caller().userId(), submission.deployId()).isEmpty();
  }

  private static AppSpec newSpec(
      AppId id, Caller caller, AppRequest request, SourceGate.Admitted source) {
    return accepted(() ->
        new AppSpec(
            id.value(),
            String.valueOf(request.name()),
            caller.userId(),
            source.mode(),
            source.framework(),
            source.entrypoint(),
            Optional.empty(),
            SourceGate.plan(request).orElse(Resources.SMALL),
            0,
            1));
  }

  private static AppSpec accepted(Supplier<AppSpec> spec) {
    try {
      return spec.get();
    } catch (InvalidSpec e) {
      throw ApiError.of(ErrorCode.INVALID_REQUEST, String.valueOf(e.getMessage()));
    }
  }

  private static AppSpec framework(AppSpec spec, Optional<SourceGate.Admitted> admitted) {
    Framework framework = admitted.map(SourceGate.Admitted::framework).orElse(spec.framework());
    return new AppSpec(
        spec.id(),
        spec.name(),
        spec.ownerId(),
        spec.mode(),
        framework,
        spec.entrypoint(),
        spec.databaseId(),
        spec.resources(),
        spec.restarts(),
        spec.replicas());
  }

  private static AppSpec named(AppSpec spec, @Nullable String name) {
    return name == null ? spec : accepted(() -> spec.renamed(name));
  }

  private static void refuseOtherMode(AppRequest request, boolean single) {
    if (single ? request.hasFiles() : request.code() != null) {
      throw ApiError.of(
          ErrorCode.INVALID_REQUEST,
          single
              ? "This app has a single file: send its text as code. To use several files, create a new app."
              : "This app has several files: send them all as files. To use a single file, create a new app.");
    }
  }
}
