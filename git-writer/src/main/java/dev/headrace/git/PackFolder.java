package dev.headrace.git;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The folder of the packs, by its files alone: JGit would look at each of them again. */
final class PackFolder {

  /**
   * @param name of its files, without their endings
   */
  record StoredPack(String name, long objects) {}

  private static final String PACKS = "pack-*.pack";
  private static final List<String> BESIDE_A_PACK = List.of(".idx", ".rev", ".bitmap", ".mtimes");
  private static final int OBJECT_COUNT_AT = 8;

  private final Path folder;
  private final AtomicInteger known = new AtomicInteger();

  PackFolder(Path folder) throws IOException {
    this.folder = folder;
    recount();
  }

  Path path() {
    return folder;
  }

  Path file(String name, String ending) {
    return folder.resolve(name + ending);
  }

  /** How many there are, as far as this process knows; without looking. */
  int known() {
    return known.get();
  }

  void added() {
    known.incrementAndGet();
  }

  int recount() throws IOException {
    int before = known.get();
    int found = 0;
    try (DirectoryStream<Path> packs = Files.newDirectoryStream(folder, PACKS)) {
      for (Path ignored : packs) {
        found++;
      }
    }
    known.addAndGet(found - before);
    return found;
  }

  /** The packs that have an index, smallest first. */
  List<StoredPack> list() throws IOException {
    List<StoredPack> found = new ArrayList<>();
    try (DirectoryStream<Path> packs = Files.newDirectoryStream(folder, PACKS)) {
      for (Path pack : packs) {
        String file = pack.getFileName().toString();
        String name = file.substring(0, file.length() - ".pack".length());
        if (Files.exists(file(name, ".idx"))) {
          found.add(new StoredPack(name, objects(pack)));
        }
      }
    }
    found.sort(Comparator.comparingLong(StoredPack::objects).thenComparing(StoredPack::name));
    return found;
  }

  /** In all packs together; those that stand in several count for each. */
  long objects() throws IOException {
    long sum = 0;
    try (DirectoryStream<Path> packs = Files.newDirectoryStream(folder, PACKS)) {
      for (Path pack : packs) {
        try {
          sum += objects(pack);
        } catch (FileNotFoundException e) {
          // its objects are in another by now
        }
      }
    }
    return sum;
  }

  private static long objects(Path pack) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(pack.toFile(), "r")) {
      open.seek(OBJECT_COUNT_AT);
      return Integer.toUnsignedLong(open.readInt());
    }
  }

  /** Somebody may need it as it is, for instance while a push is being received. */
  boolean isKept(StoredPack pack) {
    return Files.exists(file(pack.name(), ".keep"));
  }

  /**
   * The pack goes before its index: who reads meanwhile then sees that it was deleted, and a crash
   * leaves an index, which says nothing by itself.
   */
  void delete(StoredPack pack) throws IOException {
    try {
      Files.delete(file(pack.name(), ".pack"));
      known.decrementAndGet();
    } catch (NoSuchFileException e) {
      // an earlier attempt came this far
    }
  }

  /** Git needs none, and would not find packs that it names and that are gone. */
  void deleteIndexOverAll() throws IOException {
    Files.deleteIfExists(folder.resolve("multi-pack-index"));
    Durable.forceFolder(folder);
  }

  /** What stands beside a pack that was deleted, unless the same has been written again. */
  void deleteRest(StoredPack pack) throws IOException {
    if (Files.exists(file(pack.name(), ".pack"))) {
      return;
    }
    for (String ending : BESIDE_A_PACK) {
      Files.deleteIfExists(file(pack.name(), ending));
    }
  }
}
