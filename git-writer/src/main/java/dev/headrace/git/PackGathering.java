package dev.headrace.git;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
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

  /** Is done by then with asking the packs that JGit knew. */
  private static final Duration WHO_BEGAN_EARLIER = Duration.ofMillis(100);

  /**
   * So many objects are made one pack in a second or two, also of a busy machine, and for as long
   * as JGit reads their index, which takes it some 0.3 us for each, a commit waits.
   */
  private static final long SOON_DONE = 50_000;

  /** With fewer objects, all of them may become one pack. */
  private static final long FEW_OBJECTS = 150_000;

  /**
   * No more than one such part of all objects is made one pack at a time, so that it is soon done
   * with when changes come again.
   */
  private static final int PARTS = 8;

  private final FileRepository repository;
  private final PackFolder packs;
  private final KnownPacks known;
  private final GatheringSteps steps;

  /** The packs that git's index over packs names; empty: not known. */
  private Optional<Set<String>> indexed = Optional.empty();

  PackGathering(FileRepository repository, KnownPacks known, GatheringSteps steps) {
    this.repository = repository;
    this.packs = known.folder();
    this.known = known;
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

  /**
   * How many objects one pack is made of at most.
   *
   * @param objects of each pack
   */
  static long most(List<Long> objects, boolean hurry) {
    long part = objects.stream().mapToLong(Long::longValue).sum() / PARTS;
    return hurry ? SOON_DONE : Math.max(FEW_OBJECTS, part);
  }

  /**
   * Once.
   *
   * @param hurry packs come meanwhile: what takes the longer the longer the history is left for
   *     later, which is making large packs larger, and git's index over all of them
   * @param few with more packs than these left the next gathering is soon, and the index is left to
   *     that, too
   */
  void run(PackTool tool, boolean hurry, int few) throws IOException {
    List<PackFolder.StoredPack> going = new ArrayList<>();
    List<PackFolder.StoredPack> staying = new ArrayList<>();
    for (PackFolder.StoredPack pack : packs.list()) {
      (packs.isKept(pack) ? staying : going).add(pack);
    }
    List<Long> sizes = going.stream().map(PackFolder.StoredPack::objects).toList();
    int chosen = going(sizes, Math.min(tool.mostObjects(), most(sizes, hurry)));
    if (chosen == 0 && LooseObjects.ids(objectsFolder()).isEmpty()) {
      return;
    }
    List<PackFolder.StoredPack> large = going.subList(chosen, going.size());
    staying.addAll(large);
    large.clear();
    Durable.forceFolder(packs.path());

    List<String> stay = new ArrayList<>(staying.stream().map(PackFolder.StoredPack::name).toList());
    Optional<PackTool.Fresh> written = tool.gather(going, staying, hurry);
    steps.reached(GatheringSteps.Step.PACK_WRITTEN);
    if (written.isPresent()) {
      use(written.get());
      stay.addFirst(written.get().name());
    }
    steps.reached(GatheringSteps.Step.PACK_IN_USE);
    going.removeIf(pack -> stay.contains(pack.name())); // it was all of them already
    for (PackFolder.StoredPack pack : going) {
      requireHeld(known.index(pack.name()), stay);
    }
    if (hurry || stay.size() > few) {
      forgetIndexOver(going);
    } else {
      indexed = Optional.empty();
      tool.index(stay);
      indexed = Optional.of(Set.copyOf(stay));
    }
    steps.reached(GatheringSteps.Step.PACKS_INDEXED);
    takeAway(going);
    for (ObjectId loose : LooseObjects.ids(objectsFolder())) {
      if (known.isIn(stay, loose)) {
        Files.deleteIfExists(repository.getObjectDatabase().fileFor(loose).toPath());
      }
    }
    log.debug("{} packs are one now, beside {}", going.size(), staying.size());
  }

  private void forgetIndexOver(List<PackFolder.StoredPack> going) throws IOException {
    Optional<Set<String>> there = indexed;
    if (there.isEmpty() || going.stream().anyMatch(pack -> there.get().contains(pack.name()))) {
      packs.deleteIndexOverAll();
      indexed = Optional.of(Set.of());
    }
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
    known.added(packs.file(fresh.name(), ".pack").toFile());
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

  private void requireHeld(PackIndex pack, List<String> stay) throws IOException {
    for (PackIndex.MutableEntry entry : pack) {
      if (!known.isIn(stay, entry.toObjectId())) {
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
    known.lookAgain();
    LockSupport.parkNanos(WHO_BEGAN_EARLIER.toNanos());
    for (PackFolder.StoredPack pack : going) {
      packs.deleteRest(pack);
    }
  }
}
