package dev.headrace.git;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  /** What every batch needs. */
  record Tools(
      SigningKey key,
      Clock clock,
      CommitLog log,
      HistoryIndex history,
      ObjectStore objects,
      Holdings holdings) {}

  private final Tools tools;
  private final Tip before;
  private final BatchIndex index;
  private final ObjectStore.Staged objects;

  /** The root of each commit of this batch, and of the one in flight below it. */
  private final Map<CommitId, ObjectId> roots = new HashMap<>();

  private final Map<CommitId, ObjectId> rootsInFlight;
  private final List<CommitOutcome<PlatformCommit>> outcomes = new ArrayList<>();
  private Tip tip;
  private boolean durable;

  /** Upon what is on {@code main}. */
  Batch(Tools tools, Tip before) {
    this(tools, before, before);
  }

  /**
   * Upon commits of somebody else.
   *
   * @param before what is on {@code main}: the last of them, or what is below the first
   */
  Batch(Tools tools, Tip before, Tip tip) {
    this.tools = tools;
    this.before = before;
    this.index = new BatchIndex(tools.history());
    this.objects = tools.objects().stage();
    this.rootsInFlight = Map.of();
    this.tip = tip;
  }

  /** Upon a batch that is being published: neither can be without the other. */
  Batch(Tools tools, Batch inFlight) {
    this.tools = tools;
    this.before = inFlight.tip;
    this.index = new BatchIndex(tools.history(), inFlight.index);
    this.objects = tools.objects().stage(inFlight.objects);
    this.rootsInFlight = inFlight.roots;
    this.tip = before;
  }

  Tip before() {
    return before;
  }

  Tip tip() {
    return tip;
  }

  /** Those that it has on top of {@link #before}. */
  List<PlatformCommit> commits() {
    return index.commits();
  }

  /** Of the changes that were added, in their order; true once the batch is on {@code main}. */
  List<CommitOutcome<PlatformCommit>> outcomes() {
    return outcomes;
  }

  void makeDurable() throws IOException {
    if (!durable) {
      objects.makeDurable();
      durable = true;
    }
  }

  /** Adds the commit of one change, or an outcome that says why there is none. */
  void add(Prepared prepared) throws IOException {
    outcomes.add(outcome(prepared, Optional.empty()));
  }

  /** Adds the same as what completes a commit of somebody else. */
  void add(Prepared prepared, CommitId completes) throws IOException {
    outcomes.add(outcome(prepared, Optional.of(completes)));
  }

  /** Adds that a change led to no commit for a reason that lies with us. */
  void add(CommitOutcome.Failed<PlatformCommit> failed) {
    outcomes.add(failed);
  }

  private CommitOutcome<PlatformCommit> outcome(Prepared prepared, Optional<CommitId> completes)
      throws IOException {
    PlatformChange change = prepared.change();
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
    Optional<CommitId> latest = index.state(change.directory()).map(DirectoryState::latest);
    if (change.expectedPrevious().isPresent() && !change.expectedPrevious().equals(latest)) {
      return new CommitOutcome.Conflict<>(
          named(change.directory())
              + " was changed in the meantime. Look at its last change and try again.",
          index.latest(change.directory()));
    }
    Optional<ObjectId> earlierTree = prepared.path().in(objects, tip.tree());
    if (earlierTree.isEmpty() && change.contents() instanceof Contents.Removed) {
      return new CommitOutcome.Rejected<>(
          named(change.directory()) + " cannot be removed: it is not there.");
    }
    return switch (change) {
      case Change app -> commit(app, prepared, earlierTree, completes);
      case TenantChange tenant -> {
        Optional<ObjectId> after = directory(prepared, earlierTree);
        String message = CommitMessage.write(tenant, after.map(TreeId::of), latest);
        yield commit(tenant, message, prepared.path().replace(objects, tip.tree(), after));
      }
    };
  }

  private CommitOutcome<PlatformCommit> commit(
      Change change,
      Prepared prepared,
      Optional<ObjectId> earlierTree,
      Optional<CommitId> completes)
      throws IOException {
    Optional<AppCommit> restored = change.restores().flatMap(id -> version(change.app(), id));
    if (change.restores().isPresent() && restored.isEmpty()) {
      return new CommitOutcome.Rejected<>(
          "Commit " + change.restores().get() + " is not a version of app " + change.app() + ".");
    }
    Optional<ObjectId> after = directory(prepared, earlierTree);
    Optional<DirectoryState> state = index.state(change.app());
    OptionalInt version =
        change.action().countsAsVersion()
            ? OptionalInt.of(state.map(DirectoryState::versions).orElse(0) + 1)
            : OptionalInt.empty();
    CommitMessage.Facts facts =
        new CommitMessage.Facts(
            version,
            state.map(DirectoryState::latest),
            change.contentDigest().or(() -> inherited(change, restored)),
            restored.map(AppCommit::version).orElse(OptionalInt.empty()),
            reverted(change, prepared.path(), after),
            completes);
    return commit(
        change,
        CommitMessage.write(change, facts),
        prepared.path().replace(objects, tip.tree(), after));
  }

  private CommitOutcome<PlatformCommit> commit(
      PlatformChange change, String message, ObjectId root) {
    Instant at = tools.clock().instant();
    byte[] raw =
        SignedCommit.build(
            root, Optional.of(tip.commit()), Optional.of(change.actor()), at, message, tools.key());
    ObjectId id = objects.add(GitObject.of(Constants.OBJ_COMMIT, raw));
    PlatformCommit commit =
        CommitMessage.read(CommitId.of(id), message, at.truncatedTo(ChronoUnit.SECONDS))
            .orElseThrow();
    tip = new Tip(id, root);
    roots.put(commit.id(), root);
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
    return tools
        .log()
        .read(id)
        .filter(tools.history()::holds)
        .flatMap(commit ->
            commit instanceof AppCommit it && it.app().equals(app) && it.version().isPresent()
                ? Optional.of(it)
                : Optional.empty());
  }

  /** The tree of what the change leaves, its objects among those of this batch. */
  private Optional<ObjectId> directory(Prepared prepared, Optional<ObjectId> earlierTree)
      throws IOException {
    PlatformChange change = prepared.change();
    return switch (change.contents()) {
      case Contents.Files _ -> {
        FileObjects files = prepared.files().orElseThrow();
        Set<ObjectId> held =
            earlierTree.isPresent()
                ? tools.holdings().of(change.directory(), earlierTree.get(), objects::tree)
                : Set.of();
        files.without(held).forEach(objects::add);
        tools.holdings().put(change.directory(), files);
        yield Optional.of(files.tree());
      }
      case Contents.Restore(CommitId from) ->
          tools.log().tree(change.directory(), from).map(TreeId::objectId);
      case Contents.Removed() -> Optional.empty();
    };
  }

  private static Optional<String> inherited(Change change, Optional<AppCommit> restored) {
    return change.contents() instanceof Contents.Restore
        ? restored.flatMap(AppCommit::contentDigest)
        : Optional.empty();
  }

  /** The app's last commit, if this rollback leaves exactly what was there before it. */
  private Optional<CommitId> reverted(Change change, DirectoryPath path, Optional<ObjectId> after)
      throws IOException {
    if (change.action() != Action.ROLLBACK) {
      return Optional.empty();
    }
    Optional<PlatformCommit> latest = index.latest(change.app());
    if (latest.isEmpty()) {
      return Optional.empty();
    }
    Optional<CommitId> earlier = latest.get().previous();
    return earlier.isPresent() && directory(change.app(), path, earlier.get()).equals(after)
        ? latest.map(PlatformCommit::id)
        : Optional.empty();
  }

  /** The tree of an app's directory as a commit has it that may not be in the repository yet. */
  private Optional<ObjectId> directory(AppId app, DirectoryPath path, CommitId commit)
      throws IOException {
    ObjectId root = roots.getOrDefault(commit, rootsInFlight.get(commit));
    return root == null
        ? tools.log().tree(app, commit).map(TreeId::objectId)
        : path.in(objects, root);
  }
}
