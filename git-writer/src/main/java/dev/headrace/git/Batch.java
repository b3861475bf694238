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
  private Optional<CommitId> completes = Optional.empty();

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

  /** Adds the commit that completes the pushed one on which this batch was begun. */
  CommitOutcome<PlatformCommit> complete(Change change) throws IOException {
    completes = Optional.of(CommitId.of(tip.commit()));
    return add(change);
  }

  /** Adds the commit of one change, or says why there is none. */
  CommitOutcome<PlatformCommit> add(PlatformChange change) throws IOException {
    Optional<PlatformCommit> earlier = index.request(change.actor().userId(), change.deployId());
    if (earlier.isPresent()) {
      return sameRequest(change, earlier.get())
          ? new CommitOutcome.AlreadyCommitted<>(earlier.get())
          : new CommitOutcome.Conflict<>(
              "Deploy id "
                  + change.deployId()
                  + " already stands for another request of yours. Send a new request with a new"
                  + " id.",
              earlier);
    }
    Optional<PlatformCommit> latest =
        index.state(change.directory()).map(DeployIndex.State::latest);
    if (change.expectedPrevious().isPresent()
        && !change.expectedPrevious().equals(latest.map(PlatformCommit::id))) {
      return new CommitOutcome.Conflict<>(
          named(change.directory())
              + " was changed in the meantime. Look at its last change and try again.",
          latest);
    }
    DirectoryTree tree = new DirectoryTree(objects, change.directory());
    Optional<ObjectId> before = tree.in(tip.tree());
    if (before.isEmpty() && change.contents() instanceof Contents.Removed) {
      return new CommitOutcome.Rejected<>(
          named(change.directory()) + " cannot be removed: it is not there.");
    }
    return switch (change) {
      case Change app -> add(app, tree, before);
      case TenantChange tenant -> {
        Optional<ObjectId> after = directory(tenant, tree, before);
        String message =
            CommitMessage.write(tenant, after.map(TreeId::of), latest.map(PlatformCommit::id));
        yield commit(tenant, message, tree.replace(tip.tree(), after));
      }
    };
  }

  private CommitOutcome<PlatformCommit> add(
      Change change, DirectoryTree tree, Optional<ObjectId> before) throws IOException {
    Optional<AppCommit> restored = change.restores().flatMap(id -> version(change.app(), id));
    if (change.restores().isPresent() && restored.isEmpty()) {
      return new CommitOutcome.Rejected<>(
          "Commit " + change.restores().get() + " is not a version of app " + change.app() + ".");
    }
    Optional<ObjectId> after = directory(change, tree, before);
    Optional<DeployIndex.State> state = index.state(change.app());
    Optional<PlatformCommit> latest = state.map(DeployIndex.State::latest);
    OptionalInt version =
        change.action().countsAsVersion()
            ? OptionalInt.of(state.map(DeployIndex.State::versions).orElse(0) + 1)
            : OptionalInt.empty();
    CommitMessage.Facts facts =
        new CommitMessage.Facts(
            version,
            latest.map(PlatformCommit::id),
            change.contentDigest().or(() -> inherited(change, restored)),
            restored.map(AppCommit::version).orElse(OptionalInt.empty()),
            reverted(change, latest, after),
            completes);
    return commit(change, CommitMessage.write(change, facts), tree.replace(tip.tree(), after));
  }

  private CommitOutcome<PlatformCommit> commit(
      PlatformChange change, String message, ObjectId root) {
    Instant at = clock.instant();
    byte[] raw =
        SignedCommit.build(
            root, Optional.of(tip.commit()), Optional.of(change.actor()), at, message, key);
    ObjectId id = objects.add(Constants.OBJ_COMMIT, raw);
    PlatformCommit commit =
        CommitMessage.read(CommitId.of(id), message, at.truncatedTo(ChronoUnit.SECONDS))
            .orElseThrow();
    tip = new Tip(id, root);
    index.add(commit);
    return new CommitOutcome.Committed<>(commit);
  }

  private static String named(DirectoryId directory) {
    return switch (directory) {
      case AppId app -> "App " + app;
      case TenantId tenant -> "Tenant " + tenant;
    };
  }

  /** Other actions take the name that the app has by then. */
  private static final Set<Action> NAMED_BY_REQUEST = Set.of(Action.DEPLOY, Action.RENAME);

  /** Judged from what a commit carries, so that the answer is the same after a restart. */
  private static boolean sameRequest(PlatformChange change, PlatformCommit earlier) {
    return change.directory().equals(earlier.directory())
        && switch (change) {
          case Change app -> earlier instanceof AppCommit commit && sameRequest(app, commit);
          case TenantChange tenant ->
              earlier instanceof TenantCommit commit && tree(tenant).equals(commit.tree());
        };
  }

  private static Optional<TreeId> tree(TenantChange change) {
    return change.contents() instanceof Contents.Files(SortedMap<String, byte[]> files)
        ? Optional.of(TreeId.of(files))
        : Optional.empty();
  }

  private static boolean sameRequest(Change change, AppCommit earlier) {
    return change.action() == earlier.action()
        && change.restores().equals(earlier.restores())
        && change.reason().flatMap(PlainText::paragraphs).equals(earlier.reason())
        && (change.contents() instanceof Contents.Restore
            || change.contentDigest().equals(earlier.contentDigest()))
        && (!NAMED_BY_REQUEST.contains(change.action())
            || PlainText.name(change.appName()).equals(earlier.appName()));
  }

  private Optional<AppCommit> version(AppId app, CommitId id) {
    return log.read(id)
        .filter(index::holds)
        .flatMap(commit ->
            commit instanceof AppCommit it && it.app().equals(app) && it.version().isPresent()
                ? Optional.of(it)
                : Optional.empty());
  }

  private Optional<ObjectId> directory(
      PlatformChange change, DirectoryTree tree, Optional<ObjectId> before) throws IOException {
    return switch (change.contents()) {
      case Contents.Files(SortedMap<String, byte[]> files) ->
          Optional.of(tree.write(files, before));
      case Contents.Restore(CommitId from) ->
          log.tree(change.directory(), from).map(TreeId::objectId);
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
      Change change, Optional<PlatformCommit> latest, Optional<ObjectId> after) {
    if (change.action() != Action.ROLLBACK || latest.isEmpty()) {
      return Optional.empty();
    }
    Optional<CommitId> earlier = latest.get().previous();
    return earlier.isPresent()
            && log.tree(change.app(), earlier.get()).map(TreeId::objectId).equals(after)
        ? latest.map(PlatformCommit::id)
        : Optional.empty();
  }
}
