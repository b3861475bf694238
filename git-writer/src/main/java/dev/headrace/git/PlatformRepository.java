package dev.headrace.git;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The bare git repository that holds every app and every change of it. Safe for use by any number
 * of threads; reading never waits for writing. Reading throws {@link UncheckedIOException} when the
 * disk or the repository is damaged.
 */
public final class PlatformRepository implements AutoCloseable {

  private final RepositoryFolder folder;
  private final SigningKey key;
  private final CommitLog log;
  private final Directories directories;
  private final HistoryIndex history;
  private final Publisher publisher;
  private final PushSettlement pushes;
  private final GroupCommit writer;
  private final Maintenance maintenance;
  private final GitProtocol protocol;

  private PlatformRepository(OpenRepository parts) {
    this.folder = parts.folder();
    this.key = parts.key();
    this.log = parts.log();
    this.directories = new Directories(folder.repository());
    this.history = parts.history();
    this.publisher = parts.publisher();
    this.pushes = parts.pushes();
    this.writer = parts.writer();
    this.maintenance = parts.maintenance();
    this.protocol = parts.protocol();
  }

  /**
   * Opens the repository as its only writer; makes it, with a first commit, if there is none.
   *
   * @throws RepositoryInUse if another writer has it
   * @throws IllegalStateException if it was signed by another key or has a layout that is not ours
   */
  public static PlatformRepository open(Path bareDir, SigningKey key, Clock clock) {
    return open(bareDir, key, clock, CommitSteps.NONE);
  }

  static PlatformRepository open(Path bareDir, SigningKey key, Clock clock, CommitSteps steps) {
    return open(bareDir, key, clock, steps, Maintenance.Settings.usual(), GatheringSteps.NONE);
  }

  static PlatformRepository open(
      Path bareDir,
      SigningKey key,
      Clock clock,
      CommitSteps steps,
      Maintenance.Settings upkeep,
      GatheringSteps gathering) {
    try {
      return new PlatformRepository(
          OpenRepository.open(bareDir, key, clock, steps, upkeep, gathering));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot open the platform repository " + bareDir + ".", e);
    }
  }

  /**
   * Commits a change. The answer comes on a thread of its own, when the commit is durable or it is
   * known that there is none; it never completes exceptionally. Per app and in all, changes are
   * committed in the order of these calls.
   */
  public CompletableFuture<CommitOutcome<AppCommit>> commit(Change change) {
    return write(change);
  }

  /** Commits a change of a tenant as {@link #commit(Change)} does those of apps. */
  public CompletableFuture<CommitOutcome<TenantCommit>> commit(TenantChange change) {
    return write(change);
  }

  @SuppressWarnings("unchecked") // a change only ever has commits of its own kind
  private <C extends PlatformCommit> CompletableFuture<CommitOutcome<C>> write(
      PlatformChange change) {
    return ChangeRules.violation(change)
        .map(why ->
            CompletableFuture.<CommitOutcome<C>>completedFuture(new CommitOutcome.Rejected<>(why)))
        .orElseGet(() ->
            (CompletableFuture<CommitOutcome<C>>) (CompletableFuture<?>) writer.commit(change));
  }

  /**
   * Has commits settled that somebody else puts on {@code main} without announcing them: as soon as
   * one is in the way of a change. Before this is called, they stop all changes.
   */
  public void receivePushes(PushReceiver receiver) {
    pushes.receive(receiver);
  }

  /**
   * Looks whether somebody else put commits on {@code main}, and has them settled: each is
   * completed by a commit of Headrace on top of all of them, or {@code main} goes back to where it
   * was.
   *
   * @return empty if {@code main} is where Headrace left it
   */
  public Optional<PushOutcome> announce(PushReceiver receiver) {
    try {
      return writer.betweenBatches(() -> pushes.onMain(receiver));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot settle what is on main of " + folder + ".", e);
    }
  }

  /**
   * Settles a commit of somebody else, and those that lead to it from the head, whose objects are
   * in the repository and durable, and which is on no branch: {@code main} moves once, to the last
   * of the commits that complete them, or not at all.
   */
  public PushOutcome push(CommitId commit, PushReceiver receiver) {
    try {
      return writer.betweenBatches(() -> pushes.incoming(commit.objectId(), receiver));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot settle commit " + commit + ".", e);
    }
  }

  /** What stock git says and hears. */
  public GitProtocol protocol() {
    return protocol;
  }

  /** The last durable commit of {@code main}, of those that Headrace made. */
  public CommitId head() {
    return CommitId.of(publisher.tip().commit());
  }

  /** The app's last commit, which may be the one that deleted it. */
  public Optional<AppCommit> latest(AppId app) {
    return history.latest(app).flatMap(PlatformRepository::ofApp);
  }

  /** The tenant's last commit, which may be the one that removed it. */
  public Optional<TenantCommit> latest(TenantId tenant) {
    return history
        .latest(tenant)
        .flatMap(commit -> commit instanceof TenantCommit it ? Optional.of(it) : Optional.empty());
  }

  private static Optional<AppCommit> ofApp(PlatformCommit commit) {
    return commit instanceof AppCommit app ? Optional.of(app) : Optional.empty();
  }

  /** The version that git's head has, or had of an app that was deleted. */
  public Optional<AppCommit> newestVersion(AppId app) {
    Optional<AppCommit> commit = latest(app);
    while (commit.isPresent() && commit.get().version().isEmpty()) {
      commit = commit.get().previous().flatMap(this::read);
    }
    return commit;
  }

  /**
   * An app's commits, newest first, as the chain of their {@code App-Prev} has them.
   *
   * @param before start with the one before this commit of the app
   * @throws CommitNotFound if {@code before} is not a commit of the app
   */
  public List<AppCommit> history(AppId app, int limit, Optional<CommitId> before) {
    Optional<PlatformCommit> start = before.map(commit -> ofApp(app, commit));
    return history.newest(app, limit, start).stream()
        .map(PlatformRepository::ofApp)
        .flatMap(Optional::stream)
        .toList();
  }

  private PlatformCommit ofApp(AppId app, CommitId commit) {
    return read(commit)
        .filter(found -> found.app().equals(app))
        .orElseThrow(() -> new CommitNotFound(commit, "the history of app " + app));
  }

  /**
   * What {@code main} had of an app at a time: the app's last commit of then, which may be the one
   * that deleted it. Where the clock once went back, a commit counts as made when the newest before
   * it was.
   */
  public Optional<AppCommit> at(AppId app, Instant time) {
    return history.at(app, time).flatMap(PlatformRepository::ofApp);
  }

  /** The commit that {@code main} was at a time, likewise; empty before the first change. */
  public Optional<PlatformCommit> at(Instant time) {
    return history.at(time);
  }

  /** The commit of an app that carries an actor's request. */
  public Optional<AppCommit> find(String actorUserId, DeployId deployId) {
    return history.request(actorUserId, deployId).flatMap(PlatformRepository::ofApp);
  }

  /** What a commit of {@code main} says; empty if it is not an app's commit. */
  public Optional<AppCommit> read(CommitId id) {
    return log.read(id).filter(history::holds).flatMap(PlatformRepository::ofApp);
  }

  /**
   * Whether one commit of an app or tenant came after another of the same; no if either is none of
   * its commits. Costs the same however long the history is.
   */
  public boolean isNewer(DirectoryId of, CommitId than, CommitId candidate) {
    OptionalInt before = number(of, than);
    OptionalInt after = number(of, candidate);
    return before.isPresent() && after.isPresent() && after.getAsInt() > before.getAsInt();
  }

  private OptionalInt number(DirectoryId of, CommitId id) {
    return log.read(id)
        .filter(commit -> commit.directory().equals(of))
        .map(history::number)
        .orElse(OptionalInt.empty());
  }

  /**
   * The directory of an app or tenant as a commit has it, by path below it; empty if it is not
   * there.
   *
   * @throws CommitNotFound if there is no such commit
   */
  public SortedMap<String, byte[]> files(DirectoryId directory, CommitId commit) {
    return log.files(directory, commit);
  }

  /**
   * The tree of an app's or tenant's directory as a commit has it; empty if it is not there. Equal
   * to {@link TreeId#of} exactly if the directory holds those files.
   *
   * @throws CommitNotFound if there is no such commit
   */
  public Optional<TreeId> tree(DirectoryId directory, CommitId commit) {
    return log.tree(directory, commit);
  }

  /**
   * A directory by its tree, also long after another has taken its place; empty if the tree is not
   * that of an app's or tenant's directory.
   */
  public Optional<Archive> archive(TreeId tree) {
    return directories.files(tree).map(Archive::of);
  }

  /**
   * All apps' commits after one and up to another, oldest first.
   *
   * @throws CommitNotFound if {@code afterExclusive} is not in the history of {@code upTo}
   */
  public Stream<AppCommit> between(Optional<CommitId> afterExclusive, CommitId upTo) {
    return log.between(afterExclusive, upTo)
        .map(PlatformRepository::ofApp)
        .flatMap(Optional::stream);
  }

  /**
   * The apps that a commit has a directory of.
   *
   * @throws CommitNotFound if there is no such commit
   */
  public SortedSet<AppId> apps(CommitId commit) {
    return names(AppId.FOLDERS, commit, AppId::isValid, AppId::new);
  }

  /**
   * The tenants that a commit has a directory of.
   *
   * @throws CommitNotFound if there is no such commit
   */
  public SortedSet<TenantId> tenants(CommitId commit) {
    return names(TenantId.FOLDERS, commit, TenantId::isValid, TenantId::new);
  }

  private <D extends DirectoryId> SortedSet<D> names(
      SpreadFolders folders, CommitId commit, Predicate<String> isValid, Function<String, D> name) {
    return log.names(folders, commit).stream()
        .filter(isValid)
        .map(name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The fingerprint of the key that signs, as {@code ssh-keygen -l} prints it. */
  public String fingerprint() {
    return key.fingerprint();
  }

  /** How the gathering of packs and the commit-graph stand. */
  public MaintenanceStatus maintenance() {
    return maintenance.status();
  }

  /** Takes no more changes, commits and answers those that wait, and lets go of the repository. */
  @Override
  public void close() {
    maintenance.close();
    protocol.end();
    writer.close();
    try {
      history.close();
      folder.close();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot close the platform repository " + folder + ".", e);
    }
  }
}
