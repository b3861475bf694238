package dev.headrace.git;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does in the callers' threads whatever does not depend on a change's turn: names all objects and
 * deflates those that look new. What it guesses the writer looks at again.
 */
final class Preparation {

  private static final Logger log = LoggerFactory.getLogger(Preparation.class);

  private final Repository repository;
  private final CommitLog commits;
  private final HistoryIndex history;
  private final Holdings holdings;

  Preparation(Repository repository, CommitLog commits, HistoryIndex history, Holdings holdings) {
    this.repository = repository;
    this.commits = commits;
    this.history = history;
    this.holdings = holdings;
  }

  Prepared prepare(PlatformChange change) {
    Optional<FileObjects> files =
        change.contents() instanceof Contents.Files(SortedMap<String, byte[]> them)
            ? Optional.of(FileObjects.of(them))
            : Optional.empty();
    files.ifPresent(them -> them.without(held(change.directory())).forEach(GitObject::packed));
    return new Prepared(change, new DirectoryPath(change.directory()), files);
  }

  private Set<ObjectId> held(DirectoryId directory) {
    return holdings.known(directory).orElseGet(() -> read(directory));
  }

  private Set<ObjectId> read(DirectoryId directory) {
    Optional<CommitId> latest = history.state(directory).map(DirectoryState::latest);
    if (latest.isEmpty()) {
      return Set.of();
    }
    try (ObjectReader reader = repository.newObjectReader()) {
      Optional<ObjectId> tree = commits.tree(directory, latest.get()).map(TreeId::objectId);
      return tree.isEmpty()
          ? Set.of()
          : holdings.of(
              directory, tree.get(), id -> reader.open(id, Constants.OBJ_TREE).getCachedBytes());
    } catch (IOException | RuntimeException e) {
      log.debug("Could not read what {} holds; the writer will", directory, e);
      return Set.of();
    }
  }
}
