package dev.headrace.git;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;

/**
 * Edits the directory of one app or tenant inside a tree. Only the trees on the way to it are read
 * and written, so the cost does not depend on the number of apps.
 */
final class DirectoryTree {

  private final ObjectStore.Staged objects;
  private final List<String> path;

  DirectoryTree(ObjectStore.Staged objects, DirectoryId directory) {
    this.objects = objects;
    this.path = List.of(directory.path().split("/"));
  }

  /** The directory below {@code root}; empty if it is not there. */
  Optional<ObjectId> in(ObjectId root) throws IOException {
    ObjectId tree = root;
    for (String segment : path) {
      GitTree.Entry entry = GitTree.parse(objects.tree(tree)).get(segment);
      if (entry == null) {
        return Optional.empty();
      }
      tree = entry.id();
    }
    return Optional.of(tree);
  }

  /** The root that differs from {@code root} in this directory only. */
  ObjectId replace(ObjectId root, Optional<ObjectId> directory) throws IOException {
    return replace(Optional.of(root), path, directory)
        .orElseGet(() -> objects.add(Constants.OBJ_TREE, new byte[0]));
  }

  private Optional<ObjectId> replace(
      Optional<ObjectId> tree, List<String> path, Optional<ObjectId> directory) throws IOException {
    if (path.isEmpty()) {
      return directory;
    }
    SortedMap<String, GitTree.Entry> entries =
        tree.isPresent() ? GitTree.parse(objects.tree(tree.get())) : new TreeMap<>();
    String name = path.getFirst();
    Optional<ObjectId> below = Optional.ofNullable(entries.get(name)).map(GitTree.Entry::id);
    replace(below, path.subList(1, path.size()), directory)
        .ifPresentOrElse(
            id -> entries.put(name, new GitTree.Entry(FileMode.TREE, id)),
            () -> entries.remove(name));
    return entries.isEmpty()
        ? Optional.empty()
        : Optional.of(objects.add(Constants.OBJ_TREE, GitTree.format(entries)));
  }

  /** Adds a directory of these files; what {@code earlier} holds already is not written again. */
  ObjectId write(SortedMap<String, byte[]> files, Optional<ObjectId> earlier) throws IOException {
    Set<ObjectId> held = new HashSet<>();
    if (earlier.isPresent()) {
      collect(earlier.get(), held);
    }
    return GitTree.write(files, (type, bytes) -> objects.addUnless(held, type, bytes));
  }

  private void collect(ObjectId tree, Set<ObjectId> held) throws IOException {
    held.add(tree);
    for (GitTree.Entry entry : GitTree.parse(objects.tree(tree)).values()) {
      if (entry.isFolder()) {
        collect(entry.id(), held);
      } else {
        held.add(entry.id());
      }
    }
  }
}
