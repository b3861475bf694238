package dev.headrace.app;

import dev.headrace.git.Action;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.CommitId;
import dev.headrace.git.PlatformRepository;
import dev.headrace.manifests.AppSpec;
import dev.headrace.manifests.ParsedApp;
import java.util.Optional;
import java.util.function.Function;

/** Stop, start and restart: the same source with another number of copies, or started anew. */
final class Lifecycle {
  private final Apps apps;
  private final Edits edits;
  private final PlatformRepository repository;

  Lifecycle(Apps apps, Edits edits, PlatformRepository repository) {
    this.apps = apps;
    this.edits = edits;
    this.repository = repository;
  }

  AppCommit stop(Submission submission, AppId id, Optional<CommitId> expectedHead) {
    return change(
        submission,
        id,
        expectedHead,
        Action.STOP,
        spec -> Optional.of(spec.stopped()).filter(_ -> !spec.isStopped()));
  }

  AppCommit start(Submission submission, AppId id, Optional<CommitId> expectedHead) {
    return change(
        submission,
        id,
        expectedHead,
        Action.START,
        spec -> Optional.of(spec.running()).filter(_ -> spec.isStopped()));
  }

  /** Starts what is stopped, too: whoever restarts an app wants it to run. */
  AppCommit restart(Submission submission, AppId id, Optional<CommitId> expectedHead) {
    return change(
        submission,
        id,
        expectedHead,
        Action.RESTART,
        spec -> Optional.of(spec.restarted().running()));
  }

  /** The commit made; the newest version's where the app was so already. */
  private AppCommit change(
      Submission submission,
      AppId id,
      Optional<CommitId> expectedHead,
      Action action,
      Function<AppSpec, Optional<AppSpec>> wanted) {
    apps.visible(submission.caller(), id);
    return apps.earlier(submission, id, commit -> commit.action() == action)
        .or(() ->
            edits.make(
                submission,
                edits.current(id),
                action,
                expectedHead,
                Optional.empty(),
                app -> draft(app, wanted)))
        .or(() -> repository.newestVersion(id))
        .orElseThrow(() -> Apps.notFound(id.value()));
  }

  private static Optional<Edits.Draft> draft(
      ParsedApp app, Function<AppSpec, Optional<AppSpec>> wanted) {
    return wanted.apply(app.spec()).map(spec -> new Edits.Draft(spec, app.source()));
  }
}
