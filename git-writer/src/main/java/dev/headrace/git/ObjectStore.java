package dev.headrace.git;

import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.internal.storage.file.ObjectDirectory;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.jspecify.annotations.Nullable;

/**
 * Where the writer puts objects, and the newest trees above the directories of apps and tenants in
 * memory.
 */
final class ObjectStore {

  /** All of apps' and tenants' folders, with room to spare. */
  private static final int CACHED_FOLDERS = 8_192;

  /**
   * A pack is durable in half the time that a file for each object of one commit takes, and is
   * gathered with others three times as fast. But whoever looks for an object asks every pack, and
   * JGit has some 5 KB of each on the heap: when the maintenance has not come to gather them for
   * very long, small batches add no more. Not sooner, because JGit looks through the folder for
   * each file that it writes, which is slow just when packs are being gathered.
   */
  static final int MANY_PACKS = 4_000;

  private static final int FEW_OBJECTS = 100;

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Folder(ObjectId id, byte[] tree) {}

  private final FileRepository repository;
  private final KnownPacks packs;

  /** A batch may be built again while the next is being built. */
  private final Map<String, Folder> newest =
      Collections.synchronizedMap(new LruMap<>(CACHED_FOLDERS));

  ObjectStore(FileRepository repository, KnownPacks packs) {
    this.repository = repository;
    this.packs = packs;
  }

  Staged stage() {
    return new Staged(Map.of());
  }

  /** For what is built upon objects that are still being made durable. */
  Staged stage(Staged inFlight) {
    return new Staged(inFlight.objects);
  }

  /**
   * Objects in memory, not yet in the repository. Built by one thread at a time; then nothing is
   * added any more, and another may make them durable.
   */
  final class Staged {

    private final SequencedMap<ObjectId, GitObject> objects = new LinkedHashMap<>();
    private final Map<ObjectId, GitObject> inFlight;

    private Staged(Map<ObjectId, GitObject> inFlight) {
      this.inFlight = inFlight;
    }

    ObjectId add(GitObject object) {
      objects.putIfAbsent(object.id(), object);
      return object.id();
    }

    /** Adds the newest tree of a folder above the directories. */
    ObjectId addFolder(String path, byte[] tree) {
      ObjectId id = add(GitObject.of(Constants.OBJ_TREE, tree));
      newest.put(path, new Folder(id, tree));
      return id;
    }

    /** The tree of a folder above the directories. */
    byte[] folder(String path, ObjectId id) throws IOException {
      Folder known = newest.get(path);
      if (known == null || !known.id().equals(id)) {
        known = new Folder(id, tree(id));
        newest.put(path, known);
      }
      return known.tree();
    }

    byte[] tree(ObjectId id) throws IOException {
      GitObject staged = staged(id);
      if (staged != null) {
        return staged.bytes();
      }
      try (ObjectReader reader = repository.newObjectReader()) {
        return reader.open(id, Constants.OBJ_TREE).getCachedBytes();
      }
    }

    private @Nullable GitObject staged(ObjectId id) {
      GitObject own = objects.get(id);
      return own == null ? inFlight.get(id) : own;
    }

    /** When this returns, a power cut takes none of the objects back. */
    void makeDurable() throws IOException {
      ObjectDirectory database = repository.getObjectDatabase();
      if (objects.size() < FEW_OBJECTS && packs.folder().known() >= MANY_PACKS) {
        LooseObjects.write(database, objects.values());
      } else {
        packs.add(() -> PackFile.write(packs.folder().path(), objects.values()));
      }
    }
  }
}
