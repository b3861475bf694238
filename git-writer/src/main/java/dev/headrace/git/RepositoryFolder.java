package dev.headrace.git;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;

/** The bare repository's folder: made, locked for one writer, tidied after a crash, opened. */
final class RepositoryFolder implements AutoCloseable {

  static final String LAYOUT = "1\n";

  /** A process's locks go when it closes any handle on the file, so it must not open a second. */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  /** Stock git on this repository must not rewrite history, collect behind our back, or be lazy. */
  private static final String CONFIG =
      """
      [core]
      	repositoryformatversion = 0
      	filemode = true
      	bare = true
      	logallrefupdates = true
      	fsync = all
      [gc]
      	auto = 0
      	packRefs = false
      [maintenance]
      	auto = false
      [receive]
      	denyNonFastForwards = true
      	denyDeletes = true
      	fsckObjects = true
      	autogc = false
      """;

  private final Path folder;
  private final FileChannel lockFile;
  private final FileRepository repository;

  private RepositoryFolder(Path folder, FileChannel lockFile, FileRepository repository) {
    this.folder = folder;
    this.lockFile = lockFile;
    this.repository = repository;
  }

  static RepositoryFolder open(Path bareDir, SigningKey key, Clock clock) throws IOException {
    Files.createDirectories(bareDir);
    Path folder = bareDir.toRealPath();
    IsolatedGit.install(folder);
    FileChannel lockFile = lock(folder);
    try {
      GitProcess.endOrphans(folder);
      createMissing(folder);
      removeWhatACrashLeft(folder);
      FileRepository repository =
          (FileRepository)
              new FileRepositoryBuilder()
                  .setGitDir(folder.toFile())
                  .setBare()
                  .setMustExist(true)
                  .build();
      MainBranch main = new MainBranch(repository);
      if (main.read().isEmpty() && isUntouched(folder)) {
        writeFirstCommit(repository, key, clock);
      }
      return new RepositoryFolder(folder, lockFile, repository);
    } catch (IOException | RuntimeException e) {
      unlock(folder, lockFile);
      throw e;
    }
  }

  private static FileChannel lock(Path folder) throws IOException {
    if (!HELD.add(folder)) {
      throw new RepositoryInUse(folder);
    }
    try {
      FileChannel file =
          FileChannel.open(
              folder.resolve("headrace.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = file.tryLock();
      if (lock == null) {
        file.close();
        throw new RepositoryInUse(folder);
      }
      return file;
    } catch (IOException | RuntimeException e) {
      HELD.remove(folder);
      throw e;
    }
  }

  private static void unlock(Path folder, FileChannel lockFile) throws IOException {
    try {
      lockFile.close();
    } finally {
      HELD.remove(folder);
    }
  }

  private static void createMissing(Path folder) throws IOException {
    if (Files.exists(folder.resolve("HEAD"))) {
      return;
    }
    for (String name : List.of("objects/info", "objects/pack", "refs/heads", "refs/tags")) {
      Files.createDirectories(folder.resolve(name));
    }
    Durable.replace(folder.resolve("config"), CONFIG.getBytes(StandardCharsets.UTF_8));
    Durable.forceFolder(folder.resolve("objects"));
    Durable.forceFolder(folder.resolve("refs"));
    // The last file: what makes the folder a repository.
    Durable.replace(
        folder.resolve("HEAD"),
        ("ref: " + MainBranch.NAME + "\n").getBytes(StandardCharsets.UTF_8));
    Durable.forceFolder(folder.getParent());
  }

  /** We hold the writer's lock, so a git lock file or half-written object belongs to the dead. */
  private static void removeWhatACrashLeft(Path folder) throws IOException {
    for (String lock :
        List.of(MainBranch.NAME + ".lock", "HEAD.lock", "packed-refs.lock", "config.lock")) {
      Files.deleteIfExists(folder.resolve(lock));
    }
    Path objects = folder.resolve("objects");
    removeAll(objects, "noz*.tmp");
    removeAll(objects.resolve("pack"), "tmp_*");
    removeWhatAPushLeft(objects);
    Leftovers.removeUnfinishedPacks(objects.resolve("pack"));
    Leftovers.removeUnfinishedGraphs(objects.resolve("info"));
    TornPacks.setAside(objects.resolve("pack"));
    Leftovers.removeTorn(objects);
  }

  /** JGit's files of a push that was under way, and its mark that nobody may gather its pack. */
  private static void removeWhatAPushLeft(Path objects) throws IOException {
    removeAll(objects, "incoming_*");
    try (var marks = Files.newDirectoryStream(objects.resolve("pack"), "pack-*.keep")) {
      for (Path mark : marks) {
        if (Files.readString(mark).startsWith("jgit receive-pack")) {
          Files.delete(mark);
        }
      }
    }
  }

  private static void removeAll(Path in, String names) throws IOException {
    try (var leftovers = Files.newDirectoryStream(in, names)) {
      for (Path leftover : leftovers) {
        Files.deleteIfExists(leftover);
      }
    }
  }

  /** Only a repository that never got past its first commit may get a first commit. */
  private static boolean isUntouched(Path folder) throws IOException {
    if (Files.exists(folder.resolve("packed-refs"))
        || Files.exists(folder.resolve("logs").resolve(MainBranch.NAME))) {
      return false;
    }
    try (var packs = Files.newDirectoryStream(folder.resolve("objects/pack"))) {
      return !packs.iterator().hasNext();
    }
  }

  private static void writeFirstCommit(FileRepository repository, SigningKey key, Clock clock)
      throws IOException {
    FileObjects files =
        FileObjects.of(
            new TreeMap<>(
                Map.of(
                    ".headrace/allowed_signers", utf8(allowedSigners(key)),
                    ".headrace/layout", utf8(LAYOUT))));
    GitObject commit =
        GitObject.of(
            Constants.OBJ_COMMIT,
            SignedCommit.build(
                files.tree(),
                Optional.empty(),
                Optional.empty(),
                clock.instant(),
                "Create the platform repository\n",
                key));
    List<GitObject> objects = new ArrayList<>(files.all().values());
    objects.add(commit);
    LooseObjects.write(repository.getObjectDatabase(), objects); // a pack says that there was more
    MainBranch main = new MainBranch(repository);
    main.move(ObjectId.zeroId(), commit.id());
    main.force();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String allowedSigners(SigningKey key) {
    return SignedCommit.COMMITTER_ADDRESS + " namespaces=\"git\" " + key.publicKeyLine() + "\n";
  }

  FileRepository repository() {
    return repository;
  }

  Path path() {
    return folder;
  }

  /** Where answers to fetches are kept; lost, they are made again. */
  Path served() {
    return folder.resolve("headrace-served");
  }

  @Override
  public String toString() {
    return folder.toString();
  }

  @Override
  public void close() throws IOException {
    if (!lockFile.isOpen()) {
      return;
    }
    try {
      repository.close();
    } finally {
      unlock(folder, lockFile);
    }
  }
}
