package dev.headrace.git;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

/** Reads commits that somebody else made, and keeps those that are refused. */
final class PushedCommits {

  static final String REJECTED = "refs/rejected/";

  private final FileRepository repository;

  PushedCommits(FileRepository repository) {
    this.repository = repository;
  }

  /** What a commit would do to the tip of {@code main}. */
  sealed interface Reading {
    record Change(PushedCommit commit, Batch.Tip tip) implements Reading {}

    record Unacceptable(String why) implements Reading {}
  }

  Reading read(Batch.Tip tip, ObjectId candidate) throws IOException {
    try (ObjectReader reader = repository.newObjectReader();
        RevWalk walk = new RevWalk(reader)) {
      RevCommit commit = walk.parseCommit(candidate);
      if (commit.getParentCount() != 1 || !commit.getParent(0).equals(tip.commit())) {
        return new Reading.Unacceptable(misplaced(walk, tip, commit));
      }
      Set<String> changed = changed(reader, tip.tree(), commit.getTree());
      Optional<AppId> app = onlyApp(changed);
      if (app.isEmpty()) {
        return new Reading.Unacceptable(
            changed.isEmpty()
                ? "It changes nothing."
                : "It must change files of one app, and nothing else.");
      }
      return change(reader, commit, app.get(), changed);
    } catch (MissingObjectException | IncorrectObjectTypeException e) {
      return new Reading.Unacceptable("It is not a commit, or not a whole one.");
    }
  }

  private static String misplaced(RevWalk walk, Batch.Tip tip, RevCommit commit)
      throws IOException {
    return walk.isMergedInto(walk.parseCommit(tip.commit()), commit)
        ? "It is more than one commit on top of main, or a merge. Make it one, with git revert"
            + " --no-commit or git reset --soft, and push that."
        : "It does not continue main, which is at "
            + tip.commit().name()
            + ". Fetch, make it again on top of that, and push.";
  }

  private static Set<String> changed(ObjectReader reader, ObjectId before, ObjectId after)
      throws IOException {
    Set<String> paths = new HashSet<>();
    try (TreeWalk walk = new TreeWalk(reader)) {
      walk.addTree(before);
      walk.addTree(after);
      walk.setRecursive(true);
      walk.setFilter(TreeFilter.ANY_DIFF);
      while (walk.next() && paths.size() <= 2 * ChangeRules.MAX_FILES) {
        paths.add(walk.getPathString());
      }
    }
    return paths;
  }

  private static Optional<AppId> onlyApp(Set<String> paths) {
    Set<Optional<AppId>> apps = new HashSet<>();
    paths.forEach(path -> apps.add(app(path)));
    return apps.size() == 1 ? apps.iterator().next() : Optional.empty();
  }

  /** Whose file this is, if it is where the files of that app belong. */
  private static Optional<AppId> app(String path) {
    for (String segment : path.split("/", -1)) {
      if (AppId.isValid(segment) && path.startsWith(new AppId(segment).path() + "/")) {
        return Optional.of(new AppId(segment));
      }
    }
    return Optional.empty();
  }

  private static Reading change(
      ObjectReader reader, RevCommit commit, AppId app, Set<String> changed) throws IOException {
    SortedMap<String, byte[]> files = new TreeMap<>();
    try (TreeWalk walk = TreeWalk.forPath(reader, app.path(), commit.getTree())) {
      if (walk != null) {
        Optional<SortedMap<String, byte[]>> read =
            Directories.readWithinLimits(reader, walk.getObjectId(0));
        Optional<String> violation =
            read.isEmpty()
                ? Optional.of("It has too many files, too large ones, or what is no plain file.")
                : ChangeRules.violation(read.get());
        if (violation.isPresent()) {
          return new Reading.Unacceptable(violation.get());
        }
        files = read.orElseThrow();
      }
    }
    Set<String> below = new HashSet<>();
    changed.forEach(path -> below.add(path.substring(app.path().length() + 1)));
    return new Reading.Change(
        new PushedCommit(CommitId.of(commit), commit.getFullMessage(), app, below, files),
        new Batch.Tip(commit.getId(), commit.getTree().getId()));
  }

  /** Under a ref of its own, which a power cut does not take back. */
  String keep(ObjectId refused) throws IOException {
    String name = REJECTED + refused.name();
    RefUpdate update = repository.updateRef(name);
    update.setNewObjectId(refused);
    update.disableRefLog();
    RefUpdate.Result result = update.update();
    switch (result) {
      case NEW, NO_CHANGE -> {}
      default -> throw new IOException("git refused to keep " + name + ": " + result);
    }
    Path git = repository.getDirectory().toPath();
    Durable.forceFile(git.resolve(name));
    Durable.forceFolder(git.resolve(REJECTED));
    Durable.forceFolder(git.resolve("refs"));
    return name;
  }
}
