package dev.headrace.git;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.eclipse.jgit.internal.storage.commitgraph.CommitGraphWriter;
import org.eclipse.jgit.internal.storage.commitgraph.GraphCommits;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.internal.storage.pack.PackWriter;
import org.eclipse.jgit.lib.EmptyProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.ProgressMonitor;
import org.eclipse.jgit.revwalk.RevObject;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.pack.PackConfig;

/**
 * JGit in this process, for machines without git. It looks for no deltas, so the repository takes
 * more room, and since all that it works on is in memory, it makes no pack of very many objects,
 * and does one thing at a time.
 */
final class JGitPacks implements PackTool {

  /** What JGit has in memory for each object or commit that it writes. */
  private static final int BYTES_EACH = 400;

  private static final int SHARE_OF_HEAP = 4;

  private final FileRepository repository;
  private final PackFolder packs;
  private final KnownPacks known;
  private final String instead;
  private final long most = Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP / BYTES_EACH;
  private volatile boolean ended;

  /**
   * @param instead why it is not git that does this
   */
  JGitPacks(FileRepository repository, KnownPacks known, String instead) {
    this.repository = repository;
    this.packs = known.folder();
    this.known = known;
    this.instead = instead;
  }

  @Override
  public String description() {
    return "JGit, which takes more memory and leaves larger packs, because " + instead;
  }

  @Override
  public long mostObjects() {
    return most;
  }

  @Override
  public synchronized Optional<Fresh> gather(
      List<PackFolder.StoredPack> going, List<PackFolder.StoredPack> staying, boolean hurry)
      throws IOException {
    Set<ObjectId> objects = new LinkedHashSet<>();
    known.read(going, objects::add);
    if (objects.isEmpty()) {
      return Optional.empty();
    }
    Path pack = packs.path().resolve(UNFINISHED + "jgit.pack");
    Path index = packs.path().resolve(UNFINISHED + "jgit.idx");
    try (ObjectReader reader = repository.newObjectReader();
        RevWalk walk = new RevWalk(reader);
        PackWriter writer = new PackWriter(asTheyAre(), reader)) {
      List<RevObject> typed = new ArrayList<>(objects.size());
      for (ObjectId id : objects) {
        requireOpen();
        typed.add(walk.lookupAny(id, reader.open(id).getType()));
      }
      writer.setReuseDeltaCommits(true);
      writer.preparePack(typed.iterator());
      try (OutputStream to = new BufferedOutputStream(Files.newOutputStream(pack))) {
        writer.writePack(untilTheEnd(Long.MAX_VALUE), untilTheEnd(Long.MAX_VALUE), to);
      }
      try (OutputStream to = new BufferedOutputStream(Files.newOutputStream(index))) {
        writer.writeIndex(to);
      }
    }
    String name = ObjectId.fromRaw(TornPacks.checksum(pack)).name();
    Path base = packs.path().resolve(UNFINISHED + "pack-" + name);
    Files.move(pack, base.resolveSibling(base.getFileName() + ".pack"));
    Files.move(index, base.resolveSibling(base.getFileName() + ".idx"));
    return Optional.of(new Fresh(base, "pack-" + name));
  }

  private static PackConfig asTheyAre() {
    PackConfig config = new PackConfig();
    config.setReuseObjects(true);
    config.setReuseDeltas(true);
    config.setDeltaCompress(false);
    config.setDeltaBaseAsOffset(true);
    config.setThreads(1);
    config.setIndexVersion(2);
    config.setBuildBitmaps(false);
    return config;
  }

  @Override
  public void index(List<String> names) throws IOException {
    packs.deleteIndexOverAll(); // JGit would not read one, and who reads with git had one written
  }

  @Override
  public synchronized void writeCommitGraph() throws IOException {
    ObjectId main = new MainBranch(repository).read().orElseThrow();
    Path info = repository.getObjectDatabase().getDirectory().toPath().resolve("info");
    Path fresh = info.resolve(UNFINISHED + "commit-graph");
    try (RevWalk walk = new RevWalk(repository)) {
      GraphCommits commits = GraphCommits.fromWalk(untilTheEnd(most), Set.of(main), walk);
      try (OutputStream to = new BufferedOutputStream(Files.newOutputStream(fresh))) {
        new CommitGraphWriter(commits, true).write(untilTheEnd(Long.MAX_VALUE), to);
      }
      Durable.forceFile(fresh);
      Files.move(
          fresh,
          info.resolve("commit-graph"),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      Durable.forceFolder(info);
    } catch (CancellationException e) {
      throw new IOException(e.getMessage(), e);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  @Override
  public void end() {
    ended = true;
  }

  private void requireOpen() throws IOException {
    if (ended) {
      throw new IOException("the repository is being closed");
    }
  }

  /**
   * @param most how many of what is counted there may be
   */
  private ProgressMonitor untilTheEnd(long most) {
    return new EmptyProgressMonitor() {
      private long counted;

      @Override
      public void update(int completed) {
        counted += completed;
        if (ended) {
          throw new CancellationException("the repository is being closed");
        }
        if (counted > most) {
          throw new CancellationException(
              "the history is too long for JGit's commit-graph in this memory; install git, or"
                  + " give Java more");
        }
      }

      @Override
      public boolean isCancelled() {
        return ended;
      }
    };
  }
}
