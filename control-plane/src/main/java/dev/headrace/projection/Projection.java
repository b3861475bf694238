package dev.headrace.projection;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.set;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.UpdateOptions;
import dev.headrace.delivery.Deploys;
import dev.headrace.delivery.Outcome;
import dev.headrace.git.Action;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.CommitId;
import dev.headrace.git.CommitNotFound;
import dev.headrace.git.PlatformRepository;
import dev.headrace.manifests.AppSpec;
import dev.headrace.manifests.InvalidSpec;
import dev.headrace.manifests.Manifests;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Gatherers;
import java.util.stream.Stream;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows git's log into Mongo. Every write can be repeated, and the position is written after what
 * it stands for, so a process that dies in between loses nothing. Thread-safe.
 */
public final class Projection {
  private static final Logger log = LoggerFactory.getLogger(Projection.class);

  /** Another number where what is stored takes another shape: it is then projected again. */
  private static final String POSITION = "projection-2";

  private static final int AT_ONCE = 200;

  private final PlatformRepository repository;
  private final Manifests manifests;
  private final ProjectedApps apps;
  private final Deploys deploys;
  private final String database;
  private final MongoCollection<Document> positions;
  private final ReentrantLock lock = new ReentrantLock();
  private Position position;
  private final Map<AppId, Optional<CommitId>> newestVersions = new HashMap<>();

  /**
   * How far Mongo is.
   *
   * @param rebuilding while what was before this database is projected; survives a crash, so that
   *     the rest of it is not taken for new
   */
  private record Position(Optional<CommitId> commit, long sequence, boolean rebuilding) {
    static final Position START = new Position(Optional.empty(), 0, true);
  }

  public Projection(
      PlatformRepository repository,
      Manifests manifests,
      ProjectedApps apps,
      Deploys deploys,
      MongoDatabase database) {
    this.repository = repository;
    this.manifests = manifests;
    this.apps = apps;
    this.deploys = deploys;
    this.database = database.getName();
    this.positions = database.getCollection("positions");
    this.position = stored();
  }

  /** On return, all that was committed before the call can be read. */
  public void catchUp() {
    lock.lock();
    try {
      CommitId head = repository.head();
      if (position.commit().equals(Optional.of(head)) && !position.rebuilding()) {
        return;
      }
      try (Stream<AppCommit> commits = news(head)) {
        commits.gather(Gatherers.windowFixed(AT_ONCE)).forEachOrdered(this::project);
      }
      newestVersions.clear();
      Position caughtUp = new Position(Optional.of(head), position.sequence(), false);
      if (!position.equals(caughtUp)) {
        save(caughtUp);
      }
    } finally {
      lock.unlock();
    }
  }

  private Stream<AppCommit> news(CommitId head) {
    if (position.commit().isPresent()) {
      try {
        return repository.between(position.commit(), head);
      } catch (CommitNotFound e) {
        log.warn("the database knows another history than {}; it is projected again", head.sha());
      }
    }
    requireOwnDatabase();
    save(Position.START);
    apps.clear();
    deploys.clear();
    return repository.between(Optional.empty(), head);
  }

  /** A database in which no platform has noted a position, and which holds apps, is not ours. */
  private void requireOwnDatabase() {
    if (positions.find().first() == null && !(apps.isEmpty() && deploys.isEmpty())) {
      throw new ForeignDatabase(database);
    }
  }

  private void project(List<AppCommit> commits) {
    long sequence = position.sequence();
    List<ProjectedApps.Entry> entries = new ArrayList<>();
    List<Deploys.Recorded> recorded = new ArrayList<>();
    for (AppCommit commit : commits) {
      sequence++;
      entries.add(entry(commit, sequence));
      recorded.add(new Deploys.Recorded(commit, sequence, initially(commit)));
    }
    apps.record(entries);
    deploys.record(recorded);
    save(new Position(Optional.of(commits.getLast().id()), sequence, position.rebuilding()));
  }

  private ProjectedApps.Entry entry(AppCommit commit, long sequence) {
    if (commit.action() == Action.DELETE) {
      return new ProjectedApps.Entry.Deleted(commit);
    }
    Optional<AppSpec> spec = spec(commit);
    return new ProjectedApps.Entry.Changed(
        commit,
        sequence,
        spec.map(AppSpec::ownerId),
        spec.map(AppSpec::name).orElse(commit.appName()));
  }

  /** What became of a version that was replaced before this database began is not in git. */
  private Outcome initially(AppCommit commit) {
    if (commit.version().isEmpty()) {
      return Outcome.LIVE;
    }
    boolean replaced =
        position.rebuilding()
            && !newestVersions
                .computeIfAbsent(commit.app(), this::newestVersion)
                .equals(Optional.of(commit.id()));
    return replaced ? Outcome.UNKNOWN : Outcome.IN_PROGRESS;
  }

  /** The version that is to run, whatever renames came after it; none of a deleted app. */
  private Optional<CommitId> newestVersion(AppId app) {
    return repository
        .latest(app)
        .filter(commit -> commit.action() != Action.DELETE)
        .flatMap(commit -> repository.newestVersion(app))
        .map(AppCommit::id);
  }

  private Optional<AppSpec> spec(AppCommit commit) {
    try {
      return Optional.of(manifests.parse(repository.files(commit.app(), commit.id())).spec());
    } catch (InvalidSpec e) {
      log.warn("commit {} of app {}: {}", commit.id().sha(), commit.app().value(), e.getMessage());
      return Optional.empty();
    }
  }

  private Position stored() {
    @Nullable Document stored = positions.find(eq("_id", POSITION)).first();
    return stored == null
        ? Position.START
        : new Position(
            Optional.ofNullable(stored.getString("commit")).map(CommitId::new),
            stored.getLong("sequence"),
            stored.getBoolean("rebuilding", false));
  }

  private void save(Position reached) {
    positions.updateOne(
        eq("_id", POSITION),
        combine(
            set("commit", reached.commit().map(CommitId::sha).orElse(null)),
            set("sequence", reached.sequence()),
            set("rebuilding", reached.rebuilding())),
        new UpdateOptions().upsert(true));
    position = reached;
  }
}
