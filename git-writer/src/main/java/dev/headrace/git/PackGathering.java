package dev.headrace.git;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.internal.storage.file.PackIndex;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the small packs, and the objects that have files of their own, one pack. Nothing is taken
 * away before each of its objects was found in a pack that stays, whose name a power cut does not
 * take back. It does not matter whether a branch reaches an object. Packs that come meanwhile are
 * left alone. For one thread at a time.
 */
final class PackGathering {

  private static final Logger log = LoggerFactory.getLogger(PackGathering.class);

  /** Each pack has at least so many times the objects of the next smaller one. */
  private static final int FACTOR = 2;

  private final FileRepository repository;
  private final PackFolder packs;
  private final GatheringSteps steps;

  PackGathering(FileRepository repository, PackFolder packs, GatheringSteps steps) {
    this.repository = repository;
    this.packs = packs;
    this.steps = steps;
  }

  /**
   * How many of the smallest packs to make one, as {@code git repack --geometric} does.
   *
   * @param objects of each pack, smallest first
   * @param most how many objects the one may have
   */
  static int going(List<Long> objects, long most) {
    int going = Math.max(0, objects.size() - 1);
    while (going > 0 && objects.get(going) >= FACTOR * objects.get(going - 1)) {
      going--;
    }
    if (going > 0) {
      going++;
    }
    long sum = 0;
    for (int i = 0; i < objects.size(); i++) {
      boolean more = i < going || objects.get(i) < FACTOR * sum;
      if (!more || sum + objects.get(i) > most) {
        return i == 1 ? 0 : i;
      }
      sum += objects.get(i);
    }
    return objects.size();
  }

  void run(PackTool tool) throws IOException {
    List<PackFolder.StoredPack> going = new ArrayList<>();
    List<PackFolder.StoredPack> staying = new ArrayList<>();
    for (PackFolder.StoredPack pack : packs.list()) {
      (packs.isKept(pack) ? staying : going).add(pack);
    }
    int chosen =
        going(going.stream().map(PackFolder.StoredPack::objects).toList(), tool.mostObjects());
    List<PackFolder.StoredPack> large = going.subList(chosen, going.size());
    staying.addAll(large);
    large.clear();
    Durable.forceFolder(packs.path());

    List<String> stay = new ArrayList<>(staying.stream().map(PackFolder.StoredPack::name).toList());
    Optional<PackTool.Fresh> written = tool.gather(going, staying);
    steps.reached(GatheringSteps.Step.PACK_WRITTEN);
    if (written.isPresent()) {
      use(written.get());
      stay.addFirst(written.get().name());
    }
    steps.reached(GatheringSteps.Step.PACK_IN_USE);
    going.removeIf(pack -> stay.contains(pack.name())); // it was all of them already
    PackIds ids = PackIds.of(repository);
    List<PackIndex> held = ids.indexes(stay);
    for (PackFolder.StoredPack pack : going) {
      requireHeld(ids.index(pack.name()), held);
    }
    tool.index(stay);
    steps.reached(GatheringSteps.Step.PACKS_INDEXED);
    takeAway(going);
    for (ObjectId loose : LooseObjects.ids(objectsFolder())) {
      if (PackIds.isIn(held, loose)) {
        Files.deleteIfExists(repository.getObjectDatabase().fileFor(loose).toPath());
      }
    }
    log.debug("{} packs are one now, beside {}", going.size(), staying.size());
  }

  private Path objectsFolder() {
    return repository.getObjectDatabase().getDirectory().toPath();
  }

  /** Names a pack, and has JGit look into it before the others. */
  private void use(PackTool.Fresh fresh) throws IOException {
    Path pack = unfinished(fresh, ".pack");
    Path index = unfinished(fresh, ".idx");
    if (!TornPacks.belongTogether(pack, index)) {
      throw new IOException("the pack that was written is not whole: " + pack);
    }
    Durable.forceFile(pack);
    Durable.forceFile(index);
    // The pack comes last: without it a crash leaves an index, which says nothing by itself.
    if (Files.exists(unfinished(fresh, ".rev"))) {
      name(fresh, ".rev");
    }
    name(fresh, ".idx");
    steps.reached(GatheringSteps.Step.INDEX_NAMED);
    name(fresh, ".pack");
    Durable.forceFolder(packs.path());
    repository.getObjectDatabase().openPack(packs.file(fresh.name(), ".pack").toFile());
    packs.added();
  }

  private static Path unfinished(PackTool.Fresh fresh, String ending) {
    return fresh.base().resolveSibling(fresh.base().getFileName() + ending);
  }

  private void name(PackTool.Fresh fresh, String ending) throws IOException {
    Files.move(
        unfinished(fresh, ending),
        packs.file(fresh.name(), ending),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private static void requireHeld(PackIndex pack, List<PackIndex> held) throws IOException {
    for (PackIndex.MutableEntry entry : pack) {
      if (!PackIds.isIn(held, entry.toObjectId())) {
        throw new IOException("object " + entry.name() + " would be in no pack any more");
      }
    }
  }

  /**
   * JGit asks every index that it knows, and reads those that it has not read yet. They go last,
   * once it was told that their packs are gone: it would look for each in vain and log so.
   */
  private void takeAway(List<PackFolder.StoredPack> going) throws IOException {
    boolean first = true;
    for (PackFolder.StoredPack pack : going) {
      packs.delete(pack);
      if (first) {
        steps.reached(GatheringSteps.Step.ONE_PACK_GONE);
        first = false;
      }
    }
    steps.reached(GatheringSteps.Step.PACKS_GONE);
    var _ = repository.getObjectDatabase().getPacks(); // JGit looks now, not while somebody waits
    for (PackFolder.StoredPack pack : going) {
      packs.deleteRest(pack);
    }
  }
}
