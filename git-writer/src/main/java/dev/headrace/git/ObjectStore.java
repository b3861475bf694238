package dev.headrace.git;

import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.internal.storage.file.ObjectDirectory;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;

/** Where the writer puts objects. For the writer's thread only. */
final class ObjectStore {

  /** From here on one pack is cheaper than a file, and a forced write, for each object. */
  private static final int OBJECTS_WORTH_A_PACK = 100;

  private static final int CACHED_TREES = 8_192;

  private final FileRepository repository;
  private final Map<ObjectId, byte[]> trees = new LruMap<>(CACHED_TREES);

  ObjectStore(FileRepository repository) {
    this.repository = repository;
  }

  Staged stage() {
    return new Staged();
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  record RawObject(int type, byte[] bytes) {}

  /** Objects in memory, not yet in the repository. */
  final class Staged {

    private final SequencedMap<ObjectId, RawObject> objects = new LinkedHashMap<>();
    private final ObjectInserter.Formatter ids = new ObjectInserter.Formatter();

    ObjectId add(int type, byte[] bytes) {
      return addUnless(Set.of(), type, bytes);
    }

    /** Adds the object unless the repository is known to hold it. */
    ObjectId addUnless(Set<ObjectId> held, int type, byte[] bytes) {
      ObjectId id = ids.idFor(type, bytes);
      if (!held.contains(id)) {
        objects.putIfAbsent(id, new RawObject(type, bytes));
      }
      if (type == Constants.OBJ_TREE) {
        trees.put(id, bytes);
      }
      return id;
    }

    byte[] tree(ObjectId id) throws IOException {
      RawObject own = objects.get(id);
      byte[] known = own == null ? trees.get(id) : own.bytes();
      if (known == null) {
        try (ObjectReader reader = repository.newObjectReader()) {
          known = reader.open(id, Constants.OBJ_TREE).getCachedBytes();
        }
        trees.put(id, known);
      }
      return known;
    }

    /** When this returns, a power cut takes none of the objects back. */
    void makeDurable() throws IOException {
      if (objects.size() < OBJECTS_WORTH_A_PACK) {
        writeEach();
      } else {
        File pack =
            PackFile.write(repository.getObjectDatabase().getPackDirectory().toPath(), objects);
        repository.getObjectDatabase().openPack(pack);
      }
    }

    /** Several at once, because the disk forces many files in little more time than one. */
    private void writeEach() throws IOException {
      ObjectDirectory database = repository.getObjectDatabase();
      List<Callable<ObjectId>> writes = new ArrayList<>(objects.size());
      objects.forEach((id, object) -> writes.add(() -> write(database, id, object)));
      Set<Path> folders = new LinkedHashSet<>();
      try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
        for (Future<ObjectId> write : writers.invokeAll(writes)) {
          folders.add(database.fileFor(write.get()).toPath().getParent());
        }
      } catch (ExecutionException e) {
        throw new IOException("an object could not be written: " + e.getCause(), e.getCause());
      } catch (InterruptedException e) {
        throw new InterruptedIOException("interrupted while writing objects");
      }
      folders.removeIf(Files::notExists); // the object was in a pack already
      folders.add(database.getDirectory().toPath());
      for (Path folder : folders) {
        Durable.forceFolder(folder);
      }
    }

    /** JGit forces the file before it gives it its name (core.fsyncobjectfiles, IsolatedGit). */
    private static ObjectId write(ObjectDirectory database, ObjectId id, RawObject object)
        throws IOException {
      try (ObjectInserter inserter = database.newInserter()) {
        inserter.insert(object.type(), object.bytes());
        inserter.flush();
      }
      return id;
    }
  }
}
