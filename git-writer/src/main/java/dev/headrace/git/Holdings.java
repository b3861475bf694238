package dev.headrace.git;

import java.io.IOException;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The ids of all objects in the directories of apps and tenants that were written last. Each is
 * said together with its tree, so that one that is out of date does no harm. Safe for use by
 * several threads.
 */
final class Holdings {

  private static final int BYTES_EACH = 512;
  private static final int SHARE_OF_HEAP = 16;

  /** Reads one tree. */
  interface Trees {
    byte[] tree(ObjectId id) throws IOException;
  }

  private record Holding(ObjectId tree, Set<ObjectId> objects) {}

  private final Map<DirectoryId, Holding> newest =
      Collections.synchronizedMap(
          new LruMap<>(
              (int)
                  Math.min(
                      1 << 20, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP / BYTES_EACH)));

  void put(DirectoryId directory, FileObjects files) {
    newest.put(directory, new Holding(files.tree(), Set.copyOf(files.all().keySet())));
  }

  /** Without reading; what it answers may be out of date. */
  Optional<Set<ObjectId>> known(DirectoryId directory) {
    return Optional.ofNullable(newest.get(directory)).map(Holding::objects);
  }

  /** The objects of a directory that has this tree. */
  Set<ObjectId> of(DirectoryId directory, ObjectId tree, Trees trees) throws IOException {
    Holding known = newest.get(directory);
    if (known != null && known.tree().equals(tree)) {
      return known.objects();
    }
    Set<ObjectId> objects = new HashSet<>();
    collect(tree, trees, objects);
    newest.put(directory, new Holding(tree, Set.copyOf(objects)));
    return objects;
  }

  private static void collect(ObjectId tree, Trees trees, Set<ObjectId> into) throws IOException {
    into.add(tree);
    for (GitTree.Entry entry : GitTree.parse(trees.tree(tree)).values()) {
      if (entry.isFolder()) {
        collect(entry.id(), trees, into);
      } else {
        into.add(entry.id());
      }
    }
  }
}
