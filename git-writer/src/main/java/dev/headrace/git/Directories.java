package dev.headrace.git;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.treewalk.TreeWalk;

/**
 * Finds directories of apps and tenants by the id of their tree, at any age. Such a directory is
 * known by what it is: it holds a kustomization, and nothing that {@link ChangeRules} refuse. The
 * root of a commit and the folders above directories hold no kustomization. For threads as they
 * come; nothing waits for a writer.
 */
final class Directories {

  private static final String KUSTOMIZATION = "kustomization.yaml";

  private final Repository repository;

  Directories(Repository repository) {
    this.repository = repository;
  }

  /** Empty if there is no such tree or it is not a directory of an app or tenant. */
  Optional<SortedMap<String, byte[]>> files(TreeId id) {
    try (ObjectReader reader = repository.newObjectReader()) {
      return isDirectory(reader, id.objectId())
          ? readWithinLimits(reader, id.objectId())
              .filter(files -> ChangeRules.violation(files).isEmpty())
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot read tree " + id + " from the platform repository.", e);
    }
  }

  private static boolean isDirectory(ObjectReader reader, ObjectId id) throws IOException {
    try {
      GitTree.Entry kustomization =
          GitTree.parse(reader.open(id, Constants.OBJ_TREE).getCachedBytes()).get(KUSTOMIZATION);
      return kustomization != null && !kustomization.isFolder();
    } catch (MissingObjectException | IncorrectObjectTypeException e) {
      return false;
    }
  }

  /** Stops before it has read more than a directory may hold. */
  static Optional<SortedMap<String, byte[]>> readWithinLimits(ObjectReader reader, ObjectId id)
      throws IOException {
    SortedMap<String, byte[]> files = new TreeMap<>();
    long total = 0;
    try (TreeWalk walk = new TreeWalk(reader)) {
      walk.addTree(id);
      walk.setRecursive(true);
      while (walk.next()) {
        if (!walk.getFileMode(0).equals(FileMode.REGULAR_FILE)) {
          return Optional.empty();
        }
        ObjectLoader blob = reader.open(walk.getObjectId(0), Constants.OBJ_BLOB);
        total += blob.getSize();
        if (files.size() == ChangeRules.MAX_FILES || total > ChangeRules.MAX_TOTAL_BYTES) {
          return Optional.empty();
        }
        files.put(walk.getPathString(), blob.getBytes());
      }
    }
    return Optional.of(files);
  }
}
