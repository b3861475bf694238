package dev.headrace.git;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.Constants;
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

  /** How many are settled at once: for as long as that takes, nothing else is committed. */
  static final int MOST = 50;

  private final FileRepository repository;

  PushedCommits(FileRepository repository) {
    this.repository = repository;
  }

  /** Git forces the files that it writes (the repository's own setting), and not their names. */
  void forceFolders() throws IOException {
    Path objects = repository.getObjectDatabase().getDirectory().toPath();
    for (Path folder : LooseObjects.folders(objects)) {
      Durable.forceFolder(folder);
    }
    Durable.forceFolder(repository.getObjectDatabase().getPackDirectory().toPath());
    Durable.forceFolder(objects);
  }

  /**
   * The commits that lead from the tip of {@code main} to one, oldest first: each has the one
   * before it, the first has the tip, as its only parent.
   */
  List<ObjectId> line(ObjectId tip, ObjectId candidate) throws IOException, RefusedPush {
    Deque<ObjectId> line = new ArrayDeque<>();
    try (RevWalk walk = new RevWalk(repository)) {
      RevCommit top = walk.parseCommit(candidate);
      RevCommit commit = top;
      while (!commit.equals(tip)) {
        if (commit.getParentCount() > 1) {
          throw RefusedPush.because(
              "%s is a merge, and main is one line. Fetch, git rebase origin/main, and push."
                  .formatted(RefusedPush.name(commit)));
        }
        if (commit.getParentCount() == 0 || line.size() == MOST) {
          throw misplaced(walk, tip, top);
        }
        line.addFirst(commit.getId());
        commit = walk.parseCommit(commit.getParent(0));
      }
    } catch (MissingObjectException | IncorrectObjectTypeException e) {
      throw RefusedPush.incomplete(candidate);
    }
    if (line.isEmpty()) {
      throw RefusedPush.because("It is what main is at already.");
    }
    return List.copyOf(line);
  }

  private static RefusedPush misplaced(RevWalk walk, ObjectId tip, RevCommit top)
      throws IOException {
    return RefusedPush.because(
        walk.isMergedInto(walk.parseCommit(tip), top)
            ? "There are more than %d commits on top of main, which is the most at once. Push the first of them, git pull --rebase, and push the others."
                .formatted(MOST)
            : "It does not continue main, which is at "
                + tip.name()
                + ". Fetch, make it again on top of that, and push.");
  }

  ObjectId tree(ObjectId commit) throws IOException {
    try (RevWalk walk = new RevWalk(repository)) {
      return walk.parseCommit(commit).getTree().getId();
    }
  }

  /**
   * What a commit of a {@link #line} does to the one below it. Reads each object that it has and
   * that one has not.
   */
  PushedCommit read(ObjectId candidate) throws IOException, RefusedPush {
    try (ObjectReader reader = repository.newObjectReader();
        RevWalk walk = new RevWalk(reader)) {
      RevCommit commit = walk.parseCommit(candidate);
      RevCommit below = walk.parseCommit(commit.getParent(0));
      Set<String> changed = changed(reader, below.getTree(), commit.getTree());
      if (changed.isEmpty()) {
        throw RefusedPush.because("It changes nothing.");
      }
      AppId app =
          onlyApp(changed)
              .orElseThrow(
                  () -> RefusedPush.because("It must change files of one app, and nothing else."));
      return read(reader, commit, app, changed);
    } catch (MissingObjectException | IncorrectObjectTypeException | CorruptObjectException e) {
      throw RefusedPush.incomplete(candidate);
    }
  }

  private static Set<String> changed(ObjectReader reader, ObjectId before, ObjectId after)
      throws IOException {
    Set<String> paths = new HashSet<>();
    try (TreeWalk walk = new TreeWalk(reader)) {
      walk.addTree(before);
      walk.addTree(after);
      walk.setFilter(TreeFilter.ANY_DIFF);
      while (walk.next() && paths.size() <= 2 * ChangeRules.MAX_FILES) {
        if (walk.isSubtree() && !isEmptyFolder(walk)) {
          walk.enterSubtree();
        } else {
          paths.add(walk.getPathString());
        }
      }
    }
    return paths;
  }

  /** Stock git makes none, but whoever does would leave it on main: no file tells of it. */
  private static boolean isEmptyFolder(TreeWalk walk) {
    return walk.getObjectId(0).equals(Constants.EMPTY_TREE_ID)
        || walk.getObjectId(1).equals(Constants.EMPTY_TREE_ID);
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

  private static PushedCommit read(
      ObjectReader reader, RevCommit commit, AppId app, Set<String> changed)
      throws IOException, RefusedPush {
    SortedMap<String, byte[]> files = new TreeMap<>();
    try (TreeWalk walk = TreeWalk.forPath(reader, app.path(), commit.getTree())) {
      if (walk != null) {
        files =
            Directories.readWithinLimits(reader, walk.getObjectId(0))
                .orElseThrow(() ->
                    RefusedPush.because(
                        "It has too many files, too large ones, or what is no plain file."));
        Optional<String> violation = ChangeRules.violation(files);
        if (violation.isPresent()) {
          throw RefusedPush.because(violation.get());
        }
      }
    }
    Set<String> below = new HashSet<>();
    changed.forEach(path -> below.add(path.substring(app.path().length() + 1)));
    return new PushedCommit(CommitId.of(commit), commit.getFullMessage(), app, below, files);
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
