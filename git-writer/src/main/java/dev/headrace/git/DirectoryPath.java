package dev.headrace.git;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The way from the root to the directory of one app or tenant. Only the trees on this way are read
 * and written, so the cost does not depend on the number of apps.
 */
final class DirectoryPath {

  /** The trees on the way, from the root's empty path down to the one that has the directory. */
  private final List<String> folders = new ArrayList<>();

  /** What to look for in each of them. */
  private final List<byte[]> names = new ArrayList<>();

  DirectoryPath(DirectoryId directory) {
    String path = directory.path();
    for (int from = 0; from >= 0 && from < path.length(); ) {
      int slash = path.indexOf('/', from);
      int end = slash < 0 ? path.length() : slash;
      folders.add(path.substring(0, from));
      names.add(path.substring(from, end).getBytes(StandardCharsets.US_ASCII));
      from = end + 1;
    }
  }

  /** The directory below {@code root}; empty if it is not there. */
  Optional<ObjectId> in(ObjectStore.Staged objects, ObjectId root) throws IOException {
    ObjectId tree = root;
    for (int level = 0; level < names.size(); level++) {
      byte[] raw = objects.folder(folders.get(level), tree);
      int at = RawTree.find(raw, names.get(level));
      if (at < 0) {
        return Optional.empty();
      }
      tree = RawTree.id(raw, at);
    }
    return Optional.of(tree);
  }

  /** The root that differs from {@code root} in this directory only. */
  ObjectId replace(ObjectStore.Staged objects, ObjectId root, Optional<ObjectId> directory)
      throws IOException {
    return replace(objects, 0, Optional.of(root), directory)
        .orElseGet(() -> objects.add(GitObject.of(Constants.OBJ_TREE, new byte[0])));
  }

  private Optional<ObjectId> replace(
      ObjectStore.Staged objects, int level, Optional<ObjectId> tree, Optional<ObjectId> directory)
      throws IOException {
    if (level == names.size()) {
      return directory;
    }
    String folder = folders.get(level);
    byte[] name = names.get(level);
    byte[] raw = tree.isPresent() ? objects.folder(folder, tree.get()) : new byte[0];
    int at = RawTree.find(raw, name);
    Optional<ObjectId> below = at < 0 ? Optional.empty() : Optional.of(RawTree.id(raw, at));
    Optional<ObjectId> replaced = replace(objects, level + 1, below, directory);
    byte[] after =
        replaced.isPresent() ? RawTree.with(raw, name, replaced.get()) : RawTree.without(raw, name);
    return after.length == 0 ? Optional.empty() : Optional.of(objects.addFolder(folder, after));
  }
}
