package dev.headrace.benchmarks.git;

import dev.headrace.benchmarks.Figures;
import dev.headrace.benchmarks.Folders;
import dev.headrace.git.PlatformRepository;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Clones of the tip alone, as Flux and people in a hurry make them: by stock git over HTTP from
 * Headrace, and in turns from {@code git upload-pack} on a copy that is one pack.
 */
final class Clones {
  private static final int ROUNDS = 7;

  private final Path folder;
  private final PlatformRepository repository;
  private final NativeGit git;

  Clones(Path folder, PlatformRepository repository, Path bare) {
    this.folder = folder;
    this.repository = repository;
    this.git = new NativeGit(bare);
  }

  void run(Figures figures) throws IOException, InterruptedException {
    new Upkeep(repository).awaitIdle();
    Path copied = folder.resolve("copy.git");
    git.copyTo(copied).run("repack", "-adq");
    List<Long> ours = new ArrayList<>();
    List<Long> theirs = new ArrayList<>();
    long first;
    try (GitServer server = new GitServer(repository)) {
      first = cloned(server.address());
      for (int round = 0; round < ROUNDS; round++) {
        ours.add(cloned(server.address()));
        theirs.add(cloned("file://" + copied));
      }
    } finally {
      Folders.delete(copied);
    }
    double our = Figures.percentiles(ours).at(0.5);
    double their = Figures.percentiles(theirs).at(0.5);
    figures.ratio(
        "clone_ratio",
        our / their,
        "git clone --depth 1 takes %.0f ms, the first after a change %.0f ms; by git upload-pack %.0f ms"
            .formatted(our, first / 1e6, their));
  }

  private long cloned(String address) throws IOException, InterruptedException {
    Path clone = folder.resolve("clone.git");
    long begun = System.nanoTime();
    git.run("clone", "--quiet", "--bare", "--depth", "1", address, clone.toString());
    long took = System.nanoTime() - begun;
    Folders.delete(clone);
    return took;
  }
}
