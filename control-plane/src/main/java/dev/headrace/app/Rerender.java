package dev.headrace.app;

import dev.headrace.delivery.Deploy;
import dev.headrace.delivery.Deploys;
import dev.headrace.delivery.Outcome;
import dev.headrace.git.Action;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.PlatformRepository;
import dev.headrace.identity.Caller;
import dev.headrace.manifests.AppSpec;
import dev.headrace.manifests.Manifests;
import dev.headrace.manifests.ParsedApp;
import java.util.Optional;

/**
 * Brings an app to what this platform renders now, with the specification and source that it has.
 * For operators: whose app it is does not matter here. Thread-safe.
 */
public final class Rerender {
  private final PlatformRepository repository;
  private final Manifests manifests;
  private final Deploys deploys;
  private final Edits edits;
  private final Submissions submissions;

  Rerender(
      PlatformRepository repository,
      Manifests manifests,
      Deploys deploys,
      Edits edits,
      Submissions submissions) {
    this.repository = repository;
    this.manifests = manifests;
    this.deploys = deploys;
    this.edits = edits;
    this.submissions = submissions;
  }

  /**
   * An app that is not as it would be rendered now.
   *
   * @param head its newest commit
   * @param standing what its newest version came to
   * @param runsOtherwise whether anything but the wording of app.yaml would change
   */
  public record Outdated(AppCommit head, Standing standing, boolean runsOtherwise) {
    public AppId app() {
      return head.app();
    }
  }

  /** How an app is doing before it is rendered again. */
  public enum Standing {
    /** The newest version is live. */
    LIVE,
    /** Somebody's version is on its way. */
    CHANGING,
    /** It is stopped, or its newest version failed. */
    DOWN
  }

  /**
   * What is delivered is the newest version's directory, so that is what is looked at, and not what
   * a rename after it has rendered.
   *
   * @return empty if there is nothing to do, also where the app is gone
   * @throws RuntimeException if the directory cannot be read or rendered
   */
  public Optional<Outdated> look(AppId app) {
    Optional<AppCommit> head =
        repository.latest(app).filter(commit -> commit.action() != Action.DELETE);
    Optional<AppCommit> version = head.flatMap(_ -> repository.newestVersion(app));
    if (version.isEmpty()) {
      return Optional.empty();
    }
    var directory = repository.files(app, version.get().id());
    Manifests.Difference difference = manifests.differenceNow(directory);
    if (difference == Manifests.Difference.NONE) {
      return Optional.empty();
    }
    return Optional.of(
        new Outdated(
            head.get(),
            standing(manifests.parse(directory), deploys.find(version.get().id())),
            difference == Manifests.Difference.MANIFESTS));
  }

  private static Standing standing(ParsedApp app, Optional<Deploy> newest) {
    Outcome outcome = newest.map(Deploy::outcome).orElse(Outcome.IN_PROGRESS);
    if (outcome == Outcome.IN_PROGRESS) {
      return Standing.CHANGING;
    }
    return outcome == Outcome.LIVE && !app.spec().isStopped() ? Standing.LIVE : Standing.DOWN;
  }

  /**
   * Commits what was looked at. Where it would run otherwise it also counts as restarted, so that
   * its content digest is another and only pods of the new rendering make it live.
   *
   * @return empty if somebody changed the app since the look; then nothing was committed
   * @throws RuntimeException if nothing was committed for another reason, which its message says
   */
  public Optional<AppCommit> commit(Caller operator, Optional<String> reason, Outdated seen) {
    ParsedApp app = edits.readAt(seen.app(), seen.head().id());
    AppSpec spec = seen.runsOtherwise() ? app.spec().restarted() : app.spec();
    Changes.Result result =
        edits.attempt(
            submissions.bySystem(operator, reason),
            new Edits.Current(seen.head(), app),
            Action.UPGRADE,
            Optional.empty(),
            new Edits.Draft(spec, app.source()));
    return result instanceof Changes.Result.Made(AppCommit commit)
        ? Optional.of(commit)
        : Optional.empty();
  }
}
