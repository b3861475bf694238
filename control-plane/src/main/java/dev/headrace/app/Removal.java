package dev.headrace.app;

import dev.headrace.git.Action;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.PlatformRepository;
import dev.headrace.identity.Caller;
import java.util.Optional;

/** Deletes apps for operators: whose app it is does not matter here. Thread-safe. */
public final class Removal {
  private final PlatformRepository repository;
  private final Edits edits;
  private final Submissions submissions;

  Removal(PlatformRepository repository, Edits edits, Submissions submissions) {
    this.repository = repository;
    this.edits = edits;
    this.submissions = submissions;
  }

  /**
   * One commit, unless the app is deleted already.
   *
   * @throws RuntimeException if nothing was committed, for a reason that its message says
   */
  public void delete(Caller operator, Optional<String> reason, AppId app) {
    Optional<AppCommit> head =
        repository.latest(app).filter(commit -> commit.action() != Action.DELETE);
    if (head.isPresent()) {
      var _ = edits.remove(submissions.bySystem(operator, reason), app, head.get().appName());
    }
  }
}
