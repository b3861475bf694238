package dev.headrace.git;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The objects that make up a directory of these files.
 *
 * @param all of them, the tree among them
 */
record FileObjects(ObjectId tree, Map<ObjectId, GitObject> all) {

  static FileObjects of(SortedMap<String, byte[]> files) {
    Map<ObjectId, GitObject> all = new LinkedHashMap<>();
    ObjectId tree =
        GitTree.write(
            files,
            (type, bytes) -> {
              GitObject object = GitObject.of(type, bytes);
              all.putIfAbsent(object.id(), object);
              return object.id();
            });
    return new FileObjects(tree, all);
  }

  List<GitObject> without(Set<ObjectId> held) {
    return all.values().stream().filter(object -> !held.contains(object.id())).toList();
  }
}
