package dev.headrace.git;

import static dev.headrace.git.Samples.TODO;
import static dev.headrace.git.Samples.bytes;
import static dev.headrace.git.Samples.committed;
import static dev.headrace.git.Samples.deploy;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a maintenance that was cut short leaves, and what a power cut makes of its files. */
class LeftoversTest {

  @TempDir private Path folder;
  private Path bare;
  private Path objects;
  private StockGit git;

  @BeforeEach
  void aRepositoryThatWasLookedAfter() {
    bare = folder.resolve("platform.git");
    objects = bare.resolve("objects");
    git = new StockGit(bare);
    try (PlatformRepository repository =
        Upkeep.open(bare, Upkeep.always(Upkeep.Tool.NATIVE_GIT.path))) {
      committed(repository, deploy(TODO, "one"));
      committed(repository, deploy(TODO, "two"));
      Upkeep.await(
          () -> repository.maintenance().idle() && repository.maintenance().gatherings() > 0,
          repository::maintenance);
    }
    assertThat(objects.resolve("pack/multi-pack-index")).exists();
    assertThat(objects.resolve("info/commit-graph")).exists();
  }

  private static void tear(Path file, double share) throws IOException {
    byte[] whole = Files.readAllBytes(file);
    Files.delete(file);
    Files.write(file, Arrays.copyOf(whole, (int) (whole.length * share)));
  }

  private void openAndCommit() {
    try (PlatformRepository repository = Upkeep.open(bare, Upkeep.NEVER)) {
      git.passesFsck();
      committed(repository, deploy(TODO, "three"));
    }
    git.passesFsck();
    assertThat(git.git("rev-list", "--count", "main")).isEqualTo("4\n");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.02, 0.5, 0.99})
  void aTornCommitGraphIsRemoved(double share) throws IOException {
    tear(objects.resolve("info/commit-graph"), share);
    openAndCommit();
    assertThat(objects.resolve("info/commit-graph")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.02, 0.5, 0.99})
  void aTornMultiPackIndexIsRemoved(double share) throws IOException {
    tear(objects.resolve("pack/multi-pack-index"), share);
    openAndCommit();
    assertThat(objects.resolve("pack/multi-pack-index")).doesNotExist();
  }

  @Test
  void aMultiPackIndexOfAPackThatIsGoneIsRemoved() throws IOException {
    byte[] old = Files.readAllBytes(objects.resolve("pack/multi-pack-index"));
    try (PlatformRepository repository =
        Upkeep.open(bare, Upkeep.always(Upkeep.Tool.NATIVE_GIT.path))) {
      for (int i = 0; i < 8; i++) {
        committed(repository, deploy(TODO, "version " + i));
      }
      Upkeep.await(
          () -> repository.maintenance().idle() && repository.maintenance().gatherings() > 0,
          repository::maintenance);
    }
    Files.delete(objects.resolve("pack/multi-pack-index"));
    Files.write(objects.resolve("pack/multi-pack-index"), old);

    openAndCommitOnce();

    assertThat(objects.resolve("pack/multi-pack-index")).doesNotExist();
  }

  private void openAndCommitOnce() {
    try (PlatformRepository repository = Upkeep.open(bare, Upkeep.NEVER)) {
      committed(repository, deploy(TODO, "four"));
    }
    git.passesFsck();
  }

  @Test
  void whatIsWholeStays() throws IOException {
    byte[] graph = Files.readAllBytes(objects.resolve("info/commit-graph"));
    byte[] index = Files.readAllBytes(objects.resolve("pack/multi-pack-index"));
    openAndCommit();
    assertThat(objects.resolve("info/commit-graph")).hasBinaryContent(graph);
    assertThat(objects.resolve("pack/multi-pack-index")).hasBinaryContent(index);
  }

  @Test
  void filesThatWereBeingWrittenAreRemoved() throws IOException {
    Files.createDirectories(objects.resolve("info/commit-graphs"));
    List<Path> leftovers =
        List.of(
            objects.resolve("pack/tmp_pack_Ab12Cd"),
            objects.resolve("pack/tmp_idx_Ab12Cd"),
            objects.resolve("pack/" + PackFile.FRESH_PACK),
            objects.resolve("pack/.tmp-headrace-pack-" + "1".repeat(40) + ".pack"),
            objects.resolve("pack/.tmp-77-pack-" + "1".repeat(40) + ".idx"),
            objects.resolve("pack/multi-pack-index.lock"),
            objects.resolve("pack/pack-" + "1".repeat(40) + ".idx"),
            objects.resolve("info/commit-graph.lock"),
            objects.resolve("info/commit-graphs/commit-graph-chain.lock"),
            objects.resolve("info/commit-graphs/tmp_graph_Ab12Cd"));
    for (Path leftover : leftovers) {
      Files.write(leftover, bytes("half of it"));
    }
    openAndCommit();
    assertThat(leftovers).noneMatch(Files::exists);
  }

  @Test
  void aLockThatALostGitLeftDoesNotKeepTheMaintenanceFromWorking() throws IOException {
    try (PlatformRepository repository =
        Upkeep.open(bare, Upkeep.always(Upkeep.Tool.NATIVE_GIT.path))) {
      Upkeep.awaitIdle(repository);
      Files.createFile(objects.resolve("info/commit-graph.lock"));
      Files.createFile(objects.resolve("pack/multi-pack-index.lock"));
      committed(repository, deploy(TODO, "three"));
      Upkeep.awaitIdle(repository);
      assertThat(repository.maintenance().failure()).isEmpty();
      assertThat(repository.maintenance().gatherings()).isPositive();
    }
  }
}
