package dev.headrace.app;

import dev.headrace.git.Action;
import dev.headrace.git.Actor;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.Change;
import dev.headrace.git.CommitId;
import dev.headrace.git.Contents;
import dev.headrace.git.PlatformRepository;
import dev.headrace.git.PushOutcome;
import dev.headrace.git.PushReceiver;
import dev.headrace.git.PushedCommit;
import dev.headrace.git.Via;
import dev.headrace.http.ApiError;
import dev.headrace.identity.Caller;
import dev.headrace.manifests.InvalidSpec;
import dev.headrace.manifests.Manifests;
import dev.headrace.manifests.Mode;
import dev.headrace.manifests.ParsedApp;
import dev.headrace.manifests.RenderedApp;
import dev.headrace.manifests.SourceFiles;
import dev.headrace.validation.Source;
import dev.headrace.validation.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits that an operator makes with stock git: each is checked as any deploy is, rendered again,
 * and completed by a commit of Headrace, or refused. Thread-safe.
 */
public final class Pushes {
  private static final Logger log = LoggerFactory.getLogger(Pushes.class);
  private static final int SEARCHED = 500;
  private static final int LONGEST_REASON = 4_000;
  private static final String APP = "app.yaml";
  private static final String ENVIRONMENT = "env.sops.yaml";
  private static final String SOURCE = "src/";

  private final PlatformRepository repository;
  private final Manifests manifests;
  private final SourceGate gate;
  private final Edits edits;
  private final Changes changes;
  private final Submissions submissions;
  private volatile @Nullable PushOutcome newest;

  Pushes(
      PlatformRepository repository,
      Manifests manifests,
      SourceGate gate,
      Edits edits,
      Changes changes,
      Submissions submissions) {
    this.repository = repository;
    this.manifests = manifests;
    this.gate = gate;
    this.edits = edits;
    this.changes = changes;
    this.submissions = submissions;
    repository.receivePushes(by(Actor.HEADRACE));
  }

  /** Settles what stands on main now; what nobody announced is Headrace's own doing. */
  void lookForUnannounced() {
    repository.announce(by(Actor.HEADRACE)).ifPresent(this::ended);
  }

  /** What became of the newest pushed commit since the platform started, if there was one. */
  Optional<PushOutcome> announced(Caller operator) {
    repository.announce(by(actor(operator))).ifPresent(this::ended);
    return Optional.ofNullable(newest);
  }

  /**
   * Settles commits that are in the repository and on no branch yet.
   *
   * @param pushed the newest of them
   */
  public PushOutcome pushed(Caller operator, CommitId pushed) {
    PushOutcome outcome = repository.push(pushed, by(actor(operator)));
    try {
      ended(outcome);
    } catch (ApiError e) {
      log.error("after pushed commit {}: {}", pushed.sha(), e.text());
    }
    return outcome;
  }

  private static Actor actor(Caller operator) {
    return new Actor(operator.userId(), operator.username());
  }

  private PushReceiver by(Actor actor) {
    return new PushReceiver() {
      @Override
      public Decision decide(PushedCommit pushed) {
        try {
          return new Decision.Complete(completion(pushed, actor));
        } catch (InvalidSpec | ApiError | Unacceptable e) {
          return new Decision.Refuse(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
          log.error("pushed commit {} could not be checked", pushed.id().sha(), e);
          return new Decision.Refuse("It could not be checked; the platform's log says why.");
        }
      }

      @Override
      public void ended(PushOutcome outcome) {
        Pushes.this.ended(outcome);
      }
    };
  }

  private void ended(PushOutcome outcome) {
    newest = outcome;
    switch (outcome) {
      case PushOutcome.Completed(CommitId pushed, List<AppCommit> commits) -> {
        log.info(
            "pushed commit {} is completed by {}",
            pushed.sha(),
            commits.stream().map(commit -> commit.id().sha()).collect(Collectors.joining(", ")));
        changes.delivered(commits);
      }
      case PushOutcome.Refused refused ->
          log.warn(
              "pushed commit {} is refused and kept as {}: {}",
              refused.pushed().sha(),
              refused.keptAs().orElse("nothing"),
              refused.why());
    }
  }

  private static final class Unacceptable extends RuntimeException {
    Unacceptable(String why) {
      super(why);
    }
  }

  private Change completion(PushedCommit pushed, Actor actor) {
    changes.requireRoom();
    AppId id = pushed.app();
    if (pushed.files().isEmpty()) {
      throw new Unacceptable(
          "It removes app %s, which a push cannot do. Delete the app in the console or by the API."
              .formatted(id));
    }
    if (pushed.changed().stream().noneMatch(Pushes::isWritten)) {
      throw new Unacceptable(
          "It changes only files that Headrace renders itself. What can be changed is app.yaml and"
              + " what is in src. To undo a pushed commit, revert that one, and not the one that"
              + " completes it.");
    }
    if (pushed.files().containsKey(ENVIRONMENT)) {
      throw new Unacceptable("Environment variables (env.sops.yaml) are not supported yet.");
    }
    ParsedApp app = manifests.parse(pushed.files());
    if (!app.spec().id().equals(id.value())) {
      throw new Unacceptable("Its app.yaml is that of app " + app.spec().id() + ".");
    }
    requireOwner(id, app.spec().ownerId());
    requireValid(app, actor);
    RenderedApp rendered =
        manifests.render(app.spec(), app.source(), edits.answering(id).or(app::serving));
    Optional<CommitId> restored = restored(id, app);
    return new Change(
        submissions.freshId(),
        id,
        app.spec().name(),
        restored.isPresent() ? Action.ROLLBACK : Action.DEPLOY,
        actor,
        Via.GIT,
        Optional.of(cut(pushed.message())),
        new Contents.Files(rendered.files()),
        Optional.of(rendered.contentDigest()),
        restored,
        Optional.empty());
  }

  /** By people; everything else in an app's directory is rendered from it. */
  private static boolean isWritten(String path) {
    return path.equals(APP) || path.equals(ENVIRONMENT) || path.startsWith(SOURCE);
  }

  /** An app stays where it is, and begins by the API. */
  private void requireOwner(AppId id, String owner) {
    Optional<ParsedApp> earlier =
        history(id).stream().flatMap(commit -> readable(commit).stream()).findFirst();
    if (earlier.isEmpty()) {
      throw new Unacceptable("There never was an app %s. Create it by the API.".formatted(id));
    }
    if (!earlier.get().spec().ownerId().equals(owner)) {
      throw new Unacceptable("It gives app %s to another owner.".formatted(id));
    }
  }

  private void requireValid(ParsedApp app, Actor actor) {
    SourceFiles files = app.source();
    Source source =
        app.spec().mode() == Mode.SINGLE
            ? new Source.Single(String.join("", files.files().values()))
            : new Source.Multi(files.files(), app.spec().entrypoint());
    Verdict verdict = gate.check(new Caller(actor.userId(), actor.username(), true), source);
    if (verdict instanceof Verdict.Refused refused) {
      String file = refused.file().map(path -> " in " + path).orElse("");
      String line = refused.line().isPresent() ? " line " + refused.line().getAsInt() : "";
      throw new Unacceptable("Its code is not valid: " + refused.message() + file + line);
    }
  }

  /** The newest version that is the same in all that its author wrote. */
  private Optional<CommitId> restored(AppId id, ParsedApp app) {
    return history(id).stream()
        .filter(commit -> commit.version().isPresent())
        .filter(commit -> commit.contentDigest().equals(Optional.of(app.contentDigest())))
        .filter(commit ->
            readable(commit)
                .filter(
                    then -> then.spec().equals(app.spec()) && then.source().equals(app.source()))
                .isPresent())
        .map(AppCommit::id)
        .findFirst();
  }

  private List<AppCommit> history(AppId id) {
    return repository.history(id, SEARCHED, Optional.empty());
  }

  private Optional<ParsedApp> readable(AppCommit commit) {
    try {
      return Optional.of(edits.readAt(commit.app(), commit.id()));
    } catch (InvalidSpec e) {
      return Optional.empty();
    }
  }

  private static String cut(String message) {
    return message.substring(0, Math.min(message.length(), LONGEST_REASON));
  }
}
