package dev.headrace.git;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.internal.storage.file.Pack;
import org.eclipse.jgit.internal.storage.file.PackIndex;
import org.eclipse.jgit.internal.storage.file.PackReverseIndex;
import org.eclipse.jgit.internal.storage.file.PackReverseIndexFactory;
import org.eclipse.jgit.lib.ObjectId;

/** Which objects stand in which pack, as JGit has it in memory. */
final class PackIds {

  interface Reader {
    void read(ObjectId id) throws IOException;
  }

  private final FileRepository repository;
  private final Map<String, Pack> known = new HashMap<>();

  private PackIds(FileRepository repository) {
    this.repository = repository;
    for (Pack pack : repository.getObjectDatabase().getPacks()) {
      known.put(pack.getPackFile().getName(), pack);
    }
  }

  static PackIds of(FileRepository repository) {
    return new PackIds(repository);
  }

  /**
   * @throws IOException if the pack is not there any more
   */
  PackIndex index(String name) throws IOException {
    Pack pack = known.get(name + ".pack");
    if (pack == null) {
      throw new IOException("pack " + name + " is not there any more");
    }
    return pack.getIndex();
  }

  List<PackIndex> indexes(List<String> names) throws IOException {
    List<PackIndex> indexes = new ArrayList<>();
    for (String name : names) {
      indexes.add(index(name));
    }
    return indexes;
  }

  /**
   * Of the packs that go and of all files that hold one object, without what the packs that stay
   * hold; in the order of the packs. What stands in several of them is read several times.
   */
  void read(List<PackFolder.StoredPack> going, List<PackFolder.StoredPack> staying, Reader reader)
      throws IOException {
    List<PackIndex> held = indexes(staying.stream().map(PackFolder.StoredPack::name).toList());
    for (PackFolder.StoredPack pack : going) {
      PackIndex index = index(pack.name());
      PackReverseIndex inOrder = PackReverseIndexFactory.computeFromIndex(index);
      for (int i = 0; i < index.getObjectCount(); i++) {
        readIfNotIn(held, inOrder.findObjectByPosition(i), reader);
      }
    }
    for (ObjectId id : LooseObjects.ids(repository.getObjectDatabase().getDirectory().toPath())) {
      readIfNotIn(held, id, reader);
    }
  }

  private static void readIfNotIn(List<PackIndex> held, ObjectId id, Reader reader)
      throws IOException {
    if (!isIn(held, id)) {
      reader.read(id);
    }
  }

  static boolean isIn(List<PackIndex> indexes, ObjectId id) {
    return indexes.stream().anyMatch(index -> index.hasObject(id));
  }
}
