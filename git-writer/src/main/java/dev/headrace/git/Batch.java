package dev.headrace.git;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;

/** A chain of commits being built on the tip of {@code main}; in memory until it is published. */
final class Batch {

  /** A commit and its tree. */
  record Tip(ObjectId commit, ObjectId tree) {}

  private final SigningKey key;
  private final Clock clock;
  private final CommitLog log;
  private final DeployIndex index;
  private final ObjectStore.Staged objects;
  private Tip tip;

  Batch(
      SigningKey key,
      Clock clock,
      CommitLog log,
      DeployIndex index,
      ObjectStore.Staged objects,
      Tip tip) {
    this.key = key;
    this.clock = clock;
    this.log = log;
    this.index = index.overlay();
    this.objects = objects;
    this.tip = tip;
  }

  Tip tip() {
    return tip;
  }

  DeployIndex index() {
    return index;
  }

  void makeDurable() throws IOException {
    objects.makeDurable();
  }

  /** Adds the commit of one change, or says why there is none. */
  CommitOutcome add(Change change) throws IOException {
    Optional<AppCommit> earlier = index.request(change.actor().userId(), change.deployId());
    if (earlier.isPresent()) {
      return sameRequest(change, earlier.get())
          ? new CommitOutcome.AlreadyCommitted(earlier.get())
          : new CommitOutcome.Conflict(
              "Deploy id "
                  + change.deployId()
                  + " already stands for another request of yours. Send a new request with a new"
                  + " id.",
              earlier);
    }
    Optional<DeployIndex.AppState> state = index.app(change.app());
    Optional<AppCommit> latest = state.map(DeployIndex.AppState::latest);
    if (change.expectedPrevious().isPresent()
        && !change.expectedPrevious().equals(latest.map(AppCommit::id))) {
      return new CommitOutcome.Conflict(
          "App "
              + change.app()
              + " was changed in the meantime. Look at its last change and try again.",
          latest);
    }
    Optional<AppCommit> restored = change.restores().flatMap(id -> version(change.app(), id));
    if (change.restores().isPresent() && restored.isEmpty()) {
      return new CommitOutcome.Rejected(
          "Commit " + change.restores().get() + " is not a version of app " + change.app() + ".");
    }
    DirectoryTree tree = new DirectoryTree(objects, change.app());
    Optional<ObjectId> before = tree.in(tip.tree());
    if (before.isEmpty() && change.action() == Action.DELETE) {
      return new CommitOutcome.Rejected(
          "App " + change.app() + " cannot be deleted: it is not there.");
    }
    Optional<ObjectId> after = directory(change, tree, before);
    OptionalInt version =
        change.action().countsAsVersion()
            ? OptionalInt.of(state.map(DeployIndex.AppState::versions).orElse(0) + 1)
            : OptionalInt.empty();
    CommitMessage.Facts facts =
        new CommitMessage.Facts(
            version,
            latest.map(AppCommit::id),
            change.contentDigest().or(() -> inherited(change, restored)),
            restored.map(AppCommit::version).orElse(OptionalInt.empty()),
            reverted(change, latest, after));
    AppCommit commit = commit(change, facts, tree.replace(tip.tree(), after));
    index.add(commit);
    return new CommitOutcome.Committed(commit);
  }

  private AppCommit commit(Change change, CommitMessage.Facts facts, ObjectId root) {
    Instant at = clock.instant();
    String message = CommitMessage.write(change, facts);
    byte[] raw =
        SignedCommit.build(
            root, Optional.of(tip.commit()), Optional.of(change.actor()), at, message, key);
    ObjectId id = objects.add(Constants.OBJ_COMMIT, raw);
    AppCommit commit =
        CommitMessage.read(CommitId.of(id), message, at.truncatedTo(ChronoUnit.SECONDS))
            .orElseThrow();
    tip = new Tip(id, root);
    return commit;
  }

  /** Other actions take the name that the app has by then. */
  private static final Set<Action> NAMED_BY_REQUEST = Set.of(Action.DEPLOY, Action.RENAME);

  /** Judged from what a commit carries, so that the answer is the same after a restart. */
  private static boolean sameRequest(Change change, AppCommit earlier) {
    return change.app().equals(earlier.app())
        && change.action() == earlier.action()
        && change.restores().equals(earlier.restores())
        && change.reason().flatMap(PlainText::paragraphs).equals(earlier.reason())
        && (change.contents() instanceof Contents.Restore
            || change.contentDigest().equals(earlier.contentDigest()))
        && (!NAMED_BY_REQUEST.contains(change.action())
            || PlainText.name(change.appName()).equals(earlier.appName()));
  }

  private Optional<AppCommit> version(AppId app, CommitId id) {
    return log.read(id)
        .filter(commit -> commit.app().equals(app) && commit.version().isPresent())
        .filter(index::holds);
  }

  private Optional<ObjectId> directory(Change change, DirectoryTree tree, Optional<ObjectId> before)
      throws IOException {
    return switch (change.contents()) {
      case Contents.Files(SortedMap<String, byte[]> files) ->
          Optional.of(tree.write(files, before));
      case Contents.Restore(CommitId from) -> log.tree(change.app(), from).map(TreeId::objectId);
      case Contents.Removed() -> Optional.empty();
    };
  }

  private static Optional<String> inherited(Change change, Optional<AppCommit> restored) {
    return change.contents() instanceof Contents.Restore
        ? restored.flatMap(AppCommit::contentDigest)
        : Optional.empty();
  }

  /** The app's last commit, if this rollback leaves exactly what was there before it. */
  private Optional<CommitId> reverted(
      Change change, Optional<AppCommit> latest, Optional<ObjectId> after) {
    if (change.action() != Action.ROLLBACK || latest.isEmpty()) {
      return Optional.empty();
    }
    Optional<CommitId> earlier = latest.get().previous();
    return earlier.isPresent()
            && log.tree(change.app(), earlier.get()).map(TreeId::objectId).equals(after)
        ? latest.map(AppCommit::id)
        : Optional.empty();
  }
}
