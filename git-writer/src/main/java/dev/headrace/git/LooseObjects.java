package dev.headrace.git;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.eclipse.jgit.internal.storage.file.ObjectDirectory;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;

/** Writes a file for each object. */
final class LooseObjects {

  private LooseObjects() {}

  /** Several at once, because the disk forces many files in little more time than one. */
  static void write(ObjectDirectory database, Collection<GitObject> objects) throws IOException {
    List<Callable<ObjectId>> writes = new ArrayList<>(objects.size());
    objects.forEach(object -> writes.add(() -> write(database, object)));
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
    folders.add(database.getPackDirectory().toPath()); // of those that were in one
    for (Path folder : folders) {
      Durable.forceFolder(folder);
    }
  }

  /** Where the files are. */
  static List<Path> folders(Path objects) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(objects, "[0-9a-f][0-9a-f]")) {
      folders.forEach(found::add);
    }
    return found;
  }

  /** Of all objects that have a file of their own. */
  static Set<ObjectId> ids(Path objects) throws IOException {
    Set<ObjectId> ids = new LinkedHashSet<>();
    for (Path folder : folders(objects)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          String name = folder.getFileName() + file.getFileName().toString();
          if (ObjectId.isId(name)) {
            ids.add(ObjectId.fromString(name));
          }
        }
      }
    }
    return ids;
  }

  /** JGit forces the file before it gives it its name (core.fsyncobjectfiles, IsolatedGit). */
  private static ObjectId write(ObjectDirectory database, GitObject object) throws IOException {
    try (ObjectInserter inserter = database.newInserter()) {
      inserter.insert(object.type(), object.bytes());
      inserter.flush();
    }
    return object.id();
  }
}
