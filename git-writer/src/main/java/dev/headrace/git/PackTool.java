package dev.headrace.git;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What writes the files of the maintenance; it takes no pack away. Packs are for one thread, and
 * the commit-graph is for another.
 */
sealed interface PackTool permits NativePacks, JGitPacks {

  /** How the names of files begin that are not finished, or not in use yet. */
  String UNFINISHED = ".tmp-headrace-";

  /**
   * A pack and its index beside the others, under names that git does not look at.
   *
   * @param base their path, without the endings
   * @param name what they are to be called, without the endings
   */
  record Fresh(Path base, String name) {}

  /** As the log names it. */
  String description();

  /** Of how many objects it can make one pack. */
  long mostObjects();

  /**
   * Writes a pack of all objects that stand in some packs or have a file of their own. Those that
   * stand in packs that stay too may be left out.
   *
   * @param hurry commits come faster than a process of low priority that looks for deltas can
   *     follow: then objects are copied as they are, and soon
   * @return empty if there is no such object
   */
  Optional<Fresh> gather(
      List<PackFolder.StoredPack> going, List<PackFolder.StoredPack> staying, boolean hurry)
      throws IOException;

  /** Writes one index over these packs, or sees to it that there is none. */
  void index(List<String> packs) throws IOException;

  /** Writes {@code objects/info/commit-graph} with the changed paths of all commits of main. */
  void writeCommitGraph() throws IOException;

  /** Ends what runs, with an exception, and lets nothing more begin. For any thread. */
  void end();
}
