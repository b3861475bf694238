package dev.headrace.git;

import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.internal.storage.file.Pack;
import org.eclipse.jgit.internal.storage.file.PackIndex;
import org.eclipse.jgit.internal.storage.file.PackReverseIndex;
import org.eclipse.jgit.internal.storage.file.PackReverseIndexFactory;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The packs that JGit knows, and which objects stand in each. JGit by itself looks through the
 * folder until nothing has changed there meanwhile: with packs that come every few milliseconds
 * that has no end, and whoever misses an object waits for it. So it is told of each pack, and has
 * to look only while none is being added. For any thread that adds, and one that gathers.
 */
final class KnownPacks {

  interface Writing {
    File pack() throws IOException;
  }

  interface Reader {
    void read(ObjectId id) throws IOException;
  }

  private final FileRepository repository;
  private final PackFolder folder;
  private final Map<String, Pack> known = new ConcurrentHashMap<>();

  /** Fair, because packs may be added all the time. */
  private final Lock adding = new ReentrantLock(true);

  KnownPacks(FileRepository repository, PackFolder folder) {
    this.repository = repository;
    this.folder = folder;
    for (Pack pack : repository.getObjectDatabase().getPacks()) {
      know(pack);
    }
  }

  PackFolder folder() {
    return folder;
  }

  private void know(Pack pack) {
    String file = pack.getPackFile().getName();
    known.put(file.substring(0, file.length() - ".pack".length()), pack);
  }

  /** Has a pack written, and looked into before the others. */
  void add(Writing writing) throws IOException {
    adding.lock();
    try {
      added(writing.pack());
    } finally {
      adding.unlock();
    }
  }

  /** The same for a pack that is there, by the thread that lets JGit look. */
  void added(File file) throws IOException {
    Pack pack = repository.getObjectDatabase().openPack(file);
    // Now, or the next who reads something old would wait for this one and all like it.
    var _ = pack.getIndex();
    know(pack);
    folder.added();
  }

  /** Has JGit forget packs that were deleted, and find those of pushes. */
  void lookAgain() {
    adding.lock();
    try {
      known.clear();
      repository.getObjectDatabase().getPacks().forEach(this::know);
    } finally {
      adding.unlock();
    }
  }

  /**
   * @throws IOException if the pack is not there any more
   */
  PackIndex index(String name) throws IOException {
    Pack pack = known.get(name);
    if (pack != null) {
      try {
        return pack.getIndex();
      } catch (IOException e) {
        known.remove(name, pack); // once JGit could not read it, it does not try again
      }
    }
    return PackIndex.open(folder.file(name, ".idx").toFile());
  }

  /**
   * Of the packs, in their order, and of all files that hold one object. What stands in several of
   * them is read several times; what stands in other packs too is not left out, because looking for
   * it there takes longer with many packs than writing it again.
   */
  void read(List<PackFolder.StoredPack> packs, Reader reader) throws IOException {
    for (PackFolder.StoredPack pack : packs) {
      PackIndex index = index(pack.name());
      PackReverseIndex inOrder = PackReverseIndexFactory.computeFromIndex(index);
      for (int i = 0; i < index.getObjectCount(); i++) {
        reader.read(inOrder.findObjectByPosition(i));
      }
    }
    for (ObjectId id : LooseObjects.ids(repository.getObjectDatabase().getDirectory().toPath())) {
      reader.read(id);
    }
  }

  /** Whether one of these packs holds it; asks the first ones first. */
  boolean isIn(List<String> names, ObjectId id) throws IOException {
    for (String name : names) {
      if (index(name).hasObject(id)) {
        return true;
      }
    }
    return false;
  }
}
