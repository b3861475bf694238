package dev.headrace.git;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.Constants;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine's git. It does the parts of {@code git repack --geometric=2 -d --write-midx} that
 * write; what names and deletes is {@link PackGathering}'s, because git does not force the folder
 * in between, and would go on deleting after this process is dead.
 */
final class NativePacks implements PackTool {

  private static final Logger log = LoggerFactory.getLogger(NativePacks.class);

  /** The first that gathers named packs together with loose objects, and indexes named packs. */
  private static final int OLDEST_MAJOR = 2;

  private static final int OLDEST_MINOR = 34;

  private static final Pattern VERSION =
      Pattern.compile("git version ((\\d+)\\.(\\d+)\\S*).*", Pattern.DOTALL);
  private static final Pattern PACK = Pattern.compile("(?m)^[0-9a-f]{40}$");

  /**
   * Looking for deltas takes most of the time. Above this it would take longer than packs may be
   * many for; then objects are copied as they are.
   */
  private static final long MOST_FOR_DELTAS = 100_000;

  /** Nothing waits for the commit-graph, and while commits come it gets little of the machine. */
  private static final int GRAPH_LIMITS = 6;

  private static final int VERY = 19;
  private static final int SOMEWHAT = 5;

  /** At once, of the files of packs; git alone would have all of them. */
  private static final String PACKS_IN_MEMORY = "core.packedGitLimit=256m";

  /**
   * The commit-graph is read from here and there in all packs. With windows as git has them, of
   * which each holds a whole pack, it took a third longer, to open and close them.
   */
  private static final String SMALL_WINDOWS = "core.packedGitWindowSize=8m";

  private static final List<String> LITTLE_MEMORY =
      List.of(
          "-c",
          PACKS_IN_MEMORY,
          "-c",
          "pack.threads=1",
          "-c",
          "pack.windowMemory=32m",
          "-c",
          "pack.deltaCacheSize=32m");

  private static final List<String> PACK_OBJECTS =
      List.of(
          "pack-objects", "--quiet", "--non-empty", "--keep-true-parents", "--delta-base-offset");

  private static final int ID_BUFFER = 64 << 10;

  private static final Duration TO_ANSWER = Duration.ofSeconds(10);

  private final GitProcess packing;
  private final GitProcess graphing;
  private final PackFolder packs;
  private final KnownPacks known;
  private final List<String> lowPriority;
  private final List<String> higherPriority;
  private final String version;

  private NativePacks(
      GitProcess packing,
      GitProcess graphing,
      KnownPacks known,
      List<String> lowPriority,
      List<String> higherPriority,
      String version) {
    this.packing = packing;
    this.graphing = graphing;
    this.packs = known.folder();
    this.known = known;
    this.lowPriority = lowPriority;
    this.higherPriority = higherPriority;
    this.version = version;
  }

  /**
   * The git of this machine; empty if there is none, or an old one.
   *
   * @param path where programs are looked for, as in the variable {@code PATH}
   */
  static Optional<NativePacks> find(Path folder, KnownPacks known, String path, Duration limit) {
    Optional<GitProgram> found = GitProgram.find(path);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    GitProgram git = found.get();
    for (List<String> low : lowPriority(git)) {
      try {
        Matcher version =
            VERSION.matcher(
                new GitProcess(folder, git, GitProcess.Purpose.PACKS, TO_ANSWER)
                    .run(low, GitProcess.NOTHING, "version"));
        if (version.matches() && isNewEnough(version)) {
          return Optional.of(
              new NativePacks(
                  new GitProcess(folder, git, GitProcess.Purpose.PACKS, limit),
                  new GitProcess(
                      folder,
                      git,
                      GitProcess.Purpose.COMMIT_GRAPH,
                      limit.multipliedBy(GRAPH_LIMITS)),
                  known,
                  low,
                  git.nice(SOMEWHAT),
                  version.group(1)));
        }
      } catch (IOException e) {
        log.debug("{} cannot be used, by {}", git, low, e);
      }
    }
    return Optional.empty();
  }

  private static boolean isNewEnough(Matcher version) {
    int major = Integer.parseInt(version.group(2));
    int minor = Integer.parseInt(version.group(3));
    return major > OLDEST_MAJOR || (major == OLDEST_MAJOR && minor >= OLDEST_MINOR);
  }

  /** What runs a program at low priority; a container may forbid some of it. */
  private static List<List<String>> lowPriority(GitProgram git) {
    List<String> processor = git.nice(VERY);
    List<String> disk = Stream.concat(processor.stream(), git.idleDisk().stream()).toList();
    return List.of(disk, processor, List.of());
  }

  @Override
  public String description() {
    return "native git " + version;
  }

  @Override
  public long mostObjects() {
    return Long.MAX_VALUE;
  }

  @Override
  public Optional<Fresh> gather(
      List<PackFolder.StoredPack> going, List<PackFolder.StoredPack> staying, boolean hurry)
      throws IOException {
    long objects = going.stream().mapToLong(PackFolder.StoredPack::objects).sum();
    boolean asTheyAre = hurry || objects > MOST_FOR_DELTAS;
    Path base = packs.path().resolve(UNFINISHED + "pack");
    List<String> arguments = new ArrayList<>(LITTLE_MEMORY);
    arguments.addAll(PACK_OBJECTS);
    arguments.addAll(asTheyAre ? List.of("--window=0") : List.of("--stdin-packs", "--unpacked"));
    arguments.add(base.toString());
    String said =
        packing.run(
            asTheyAre ? higherPriority : lowPriority,
            asTheyAre ? ids(going) : names(going, staying),
            arguments.toArray(String[]::new));
    Matcher pack = PACK.matcher(said);
    return pack.find()
        ? Optional.of(
            new Fresh(
                base.resolveSibling(UNFINISHED + "pack-" + pack.group()), "pack-" + pack.group()))
        : Optional.empty();
  }

  /**
   * Of the packs that git is to read: it then looks through the trees of all commits, for the names
   * of files, by which it finds better deltas.
   */
  private static GitProcess.Input names(
      List<PackFolder.StoredPack> going, List<PackFolder.StoredPack> staying) {
    StringBuilder names = new StringBuilder();
    going.forEach(pack -> names.append(pack.name()).append(".pack\n"));
    staying.forEach(pack -> names.append('^').append(pack.name()).append(".pack\n"));
    return text(names);
  }

  /** Of all objects: it then looks at nothing but them. */
  private GitProcess.Input ids(List<PackFolder.StoredPack> going) {
    return git -> {
      OutputStream to = new BufferedOutputStream(git, ID_BUFFER);
      byte[] line = new byte[Constants.OBJECT_ID_STRING_LENGTH + 1];
      line[Constants.OBJECT_ID_STRING_LENGTH] = '\n';
      known.read(
          going,
          id -> {
            id.copyTo(line, 0);
            to.write(line);
          });
      to.flush();
    };
  }

  private static GitProcess.Input text(StringBuilder text) {
    return git -> git.write(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void index(List<String> names) throws IOException {
    StringBuilder indexes = new StringBuilder();
    names.forEach(name -> indexes.append(name).append(".idx\n"));
    packing.run(
        lowPriority, text(indexes), "multi-pack-index", "write", "--no-progress", "--stdin-packs");
    Durable.forceFolder(packs.path());
  }

  @Override
  public void writeCommitGraph() throws IOException {
    graphing.run(
        lowPriority,
        GitProcess.NOTHING,
        "-c",
        PACKS_IN_MEMORY,
        "-c",
        SMALL_WINDOWS,
        "-c",
        "commitGraph.generationVersion=1", // the other kind JGit does not know, and says so
        "commit-graph",
        "write",
        "--no-progress",
        "--reachable",
        "--changed-paths");
  }

  @Override
  public void end() {
    packing.end();
    graphing.end();
  }
}
