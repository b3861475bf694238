package dev.headrace.app;

import dev.headrace.delivery.Deploys;
import dev.headrace.git.Action;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.CommitId;
import dev.headrace.git.PlatformRepository;
import dev.headrace.http.ApiError;
import dev.headrace.http.ErrorCode;
import dev.headrace.manifests.AppSpec;
import dev.headrace.manifests.InvalidSpec;
import dev.headrace.manifests.Manifests;
import dev.headrace.manifests.ParsedApp;
import dev.headrace.manifests.SourceFiles;
import java.util.Optional;
import java.util.function.Function;

/** Makes an app's next commit from its newest one, and again when somebody else was faster. */
final class Edits {
  static final int ATTEMPTS = 10;

  private final PlatformRepository repository;
  private final Manifests manifests;
  private final Deploys deploys;
  private final Changes changes;

  Edits(PlatformRepository repository, Manifests manifests, Deploys deploys, Changes changes) {
    this.repository = repository;
    this.manifests = manifests;
    this.deploys = deploys;
    this.changes = changes;
  }

  /** An app as its newest commit has it. */
  record Current(AppCommit head, ParsedApp app) {}

  /** What a new version is made of. */
  record Draft(AppSpec spec, SourceFiles source) {}

  /**
   * @param expectedHead the commit that whoever asks has seen
   * @param edit finds nothing to do by answering nothing; then nothing is committed
   */
  Optional<AppCommit> make(
      Submission submission,
      Current current,
      Action action,
      Optional<CommitId> expectedHead,
      Optional<CommitId> restores,
      Function<ParsedApp, Optional<Draft>> edit) {
    AppId id = current.head().app();
    Current now = current;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      requireHead(expectedHead, now.head().id());
      Optional<Draft> draft = edit.apply(now.app());
      if (draft.isEmpty()) {
        return Optional.empty();
      }
      Changes.Result result = attempt(submission, now, action, restores, draft.get());
      if (result instanceof Changes.Result.Made(AppCommit commit)) {
        return Optional.of(commit);
      }
      now = current(id);
    }
    throw tooBusy();
  }

  /** Once: overtaken when the app has a newer commit than this by now. */
  Changes.Result attempt(
      Submission submission, Current now, Action action, Optional<CommitId> restores, Draft draft) {
    return changes.render(
        submission,
        action,
        draft.spec(),
        manifests.render(draft.spec(), draft.source(), serving(now)),
        Optional.of(now.head().id()),
        restores);
  }

  AppCommit remove(Submission submission, AppId app, String name) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (changes.remove(submission, app, name, head(app).id())
          instanceof Changes.Result.Made(AppCommit commit)) {
        return commit;
      }
    }
    throw tooBusy();
  }

  Current current(AppId app) {
    AppCommit head = head(app);
    if (head.action() == Action.DELETE) {
      throw Apps.notFound(app.value());
    }
    try {
      return new Current(head, readAt(app, head.id()));
    } catch (InvalidSpec e) {
      throw ApiError.of(
          ErrorCode.CONFLICT,
          "The newest commit of this app cannot be read (%s); nothing was changed. Ask your operator to revert it."
              .formatted(e.getMessage()));
    }
  }

  AppCommit head(AppId app) {
    return repository.latest(app).orElseThrow(() -> Apps.notFound(app.value()));
  }

  ParsedApp readAt(AppId app, CommitId commit) {
    return manifests.parse(repository.files(app, commit));
  }

  private static void requireHead(Optional<CommitId> expected, CommitId head) {
    if (expected.isPresent() && !expected.get().equals(head)) {
      throw ApiError.of(
          ErrorCode.PRECONDITION_FAILED,
          "Somebody changed this app since you read it; its newest commit is %s. Nothing was changed."
              .formatted(head.sha()));
    }
  }

  /** The source that answers now must stay in the tree beside the new one. */
  private Optional<SourceFiles> serving(Current now) {
    AppId id = now.head().app();
    Optional<SourceFiles> answers =
        deploys
            .serving(id)
            .map(live -> (live.equals(now.head().id()) ? now.app() : readAt(id, live)).source());
    return now.app().spec().isStopped() ? answers : answers.or(now.app()::serving);
  }

  /** The source that answers now, where that is known. */
  Optional<SourceFiles> answering(AppId app) {
    return deploys.serving(app).map(live -> readAt(app, live).source());
  }

  static ApiError tooBusy() {
    return ApiError.of(
        ErrorCode.CONFLICT,
        "This app is being changed by others at the same time; nothing was changed. Try again.");
  }
}
