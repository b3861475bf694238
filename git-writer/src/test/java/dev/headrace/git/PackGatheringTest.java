package dev.headrace.git;

import static dev.headrace.git.Samples.CLOCK;
import static dev.headrace.git.Samples.KEY;
import static dev.headrace.git.Samples.TODO;
import static dev.headrace.git.Samples.committed;
import static dev.headrace.git.Samples.deploy;
import static dev.headrace.git.Samples.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PackGatheringTest {

  private interface Gathering {
    void run() throws IOException;
  }

  @TempDir private Path folder;

  @Test
  void packsThatAlreadyGrowByTheDoubleAreLeftAlone() {
    assertThat(PackGathering.going(List.of(), 100)).isZero();
    assertThat(PackGathering.going(List.of(9L), 100)).isZero();
    assertThat(PackGathering.going(List.of(1L, 2L, 4L, 9L), 100)).isZero();
  }

  @Test
  void smallPacksGoAndTakeThoseWithThemThatTheirSumReaches() {
    assertThat(PackGathering.going(List.of(1L, 1L, 1L, 40L), 100)).isEqualTo(3);
    assertThat(PackGathering.going(List.of(1L, 1L, 1L, 5L, 40L), 100)).isEqualTo(4);
    assertThat(PackGathering.going(List.of(9L, 9L, 9L), 100)).isEqualTo(3);
  }

  @Test
  void noMoreObjectsGoThanTheToolCanTake() {
    assertThat(PackGathering.going(List.of(30L, 30L, 30L, 30L), 100)).isEqualTo(3);
    assertThat(PackGathering.going(List.of(80L, 80L), 100)).isZero();
  }

  @Test
  void whateverTheSizesPacksGrowByTheDoubleAfterwards() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 1_000; round++) {
      List<Long> sizes =
          new ArrayList<>(
              random
                  .longs(random.nextInt(40), 1, 2L << random.nextInt(20))
                  .sorted()
                  .boxed()
                  .toList());
      List<Long> going = sizes.subList(0, PackGathering.going(sizes, Long.MAX_VALUE));
      long sum = going.stream().mapToLong(Long::longValue).sum();
      if (!going.isEmpty()) {
        going.clear();
        sizes.addFirst(sum);
      }
      for (int i = 1; i < sizes.size(); i++) {
        assertThat(sizes.get(i))
            .as("pack %d of %s, seed %d", i, sizes, seed)
            .isGreaterThanOrEqualTo(2 * sizes.get(i - 1));
      }
    }
  }

  @Test
  void howeverManyPacksComeFewAreLeftAndNoneTakesLongToWrite() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<Long> sizes = new ArrayList<>();
    for (int round = 0; round < 2_000; round++) {
      random.longs(300, 7, 1_000).forEach(sizes::add);
      sizes.sort(null);
      long all = sizes.stream().mapToLong(Long::longValue).sum();
      if (round % 10 == 0) {
        gatherUntil(24, sizes, false, seed);
      } else {
        gatherUntil(100, sizes, true, seed);
      }
      assertThat(sizes.stream().mapToLong(Long::longValue).sum()).isEqualTo(all);
    }
  }

  private static void gatherUntil(int few, List<Long> sizes, boolean hurry, long seed) {
    long most = PackGathering.most(sizes, hurry);
    while (sizes.size() > few) {
      List<Long> going = sizes.subList(0, PackGathering.going(sizes, most));
      long sum = going.stream().mapToLong(Long::longValue).sum();
      assertThat(going).as("of %s, seed %d", sizes, seed).hasSizeGreaterThan(1);
      assertThat(sum).as("of %s, seed %d", sizes, seed).isLessThanOrEqualTo(most);
      going.clear();
      sizes.add(sum);
      sizes.sort(null);
    }
  }

  @ParameterizedTest
  @EnumSource
  void objectsThatNoBranchReachesYetStay(Upkeep.Tool tool) throws Exception {
    Path bare = folder.resolve("platform.git");
    StockGit git = new StockGit(bare);
    AtomicReference<CommitSteps> steps = new AtomicReference<>(CommitSteps.NONE);
    try (PlatformRepository repository =
        PlatformRepository.open(
            bare,
            KEY,
            CLOCK,
            step -> steps.get().reached(step),
            Upkeep.NEVER,
            GatheringSteps.NONE)) {
      for (int i = 0; i < 8; i++) {
        committed(repository, deploy(TODO, "v" + i));
      }
      String loose =
          StockGit.run(
                  List.of("git", "--git-dir", bare.toString(), "hash-object", "-w", "--stdin"),
                  "of a push that is being settled")
              .out()
              .strip();
      Gate gate = new Gate();
      steps.set(step -> {
        if (step == CommitSteps.Step.OBJECTS_DURABLE) {
          gate.reached(step);
        }
      });
      CompletableFuture<CommitOutcome<AppCommit>> durable = repository.commit(deploy(TODO, "last"));
      gate.awaitWriter();

      try {
        Upkeep.gather(bare, tool);
        assertThat(packs(bare)).hasSize(1);
        assertThat(LooseObjects.ids(bare.resolve("objects"))).isEmpty();
        assertThat(git.git("cat-file", "-p", loose)).isEqualTo("of a push that is being settled");
      } finally {
        gate.open();
      }
      AppCommit commit = committed(outcome(durable));
      assertThat(Samples.text(repository.files(TODO, commit.id())))
          .containsEntry("src/main.py", "last");
    }
    git.passesFsck();
  }

  @ParameterizedTest
  @EnumSource
  void inAHurryNoIndexIsLeftThatNamesPacksThatAreGone(Upkeep.Tool tool) throws Exception {
    noIndexIsLeftBy(() -> Upkeep.gatherInAHurry(folder.resolve("platform.git"), tool));
  }

  @Test
  void theIndexOverAllIsLeftToTheLastGathering() throws Exception {
    Path bare = folder.resolve("platform.git");
    noIndexIsLeftBy(() -> Upkeep.gatherSome(bare, Upkeep.Tool.NATIVE_GIT));
  }

  private void noIndexIsLeftBy(Gathering gathering) throws Exception {
    Path bare = folder.resolve("platform.git");
    StockGit git = new StockGit(bare);
    try (PlatformRepository repository = Upkeep.open(bare, Upkeep.NEVER)) {
      for (int i = 0; i < 4; i++) {
        committed(repository, deploy(TODO, "v" + i));
      }
      Upkeep.gather(bare, Upkeep.Tool.NATIVE_GIT);
      assertThat(bare.resolve("objects/pack/multi-pack-index")).exists();
      for (int i = 4; i < 8; i++) {
        committed(repository, deploy(TODO, "v" + i));
      }

      gathering.run();

      assertThat(packs(bare)).hasSize(1);
      assertThat(bare.resolve("objects/pack/multi-pack-index")).doesNotExist();
      assertThat(repository.history(TODO, 100, Optional.empty())).hasSize(8);
    }
    git.passesFsck();
  }

  @ParameterizedTest
  @EnumSource
  void aPackThatSomebodyKeepsStaysAsItIs(Upkeep.Tool tool) throws Exception {
    Path bare = folder.resolve("platform.git");
    try (PlatformRepository repository = Upkeep.open(bare, Upkeep.NEVER)) {
      committed(repository, deploy(TODO, "one"));
      Path kept = packs(bare).getFirst();
      Files.createFile(Path.of(kept.toString().replace(".pack", ".keep")));
      for (int i = 0; i < 5; i++) {
        committed(repository, deploy(TODO, "v" + i));
      }

      Upkeep.gather(bare, tool);

      assertThat(packs(bare)).hasSize(2).contains(kept);
    }
    new StockGit(bare).passesFsck();
  }

  @Test
  void aGitThatLeavesObjectsOutMakesNoPackGo() throws Exception {
    Path bare = folder.resolve("platform.git");
    String forgetful =
        Upkeep.path(
            folder.resolve("bin"),
            """
            case "$*" in
              *pack-objects*) head -n 1 | %1$s "$@" ;;
              *) exec %1$s "$@" ;;
            esac
            """
                .formatted(Upkeep.git()));
    try (PlatformRepository repository = Upkeep.open(bare, Upkeep.always(forgetful))) {
      committed(repository, deploy(TODO, "one"));
      AppCommit two = committed(repository, deploy(TODO, "two"));
      Upkeep.await(() -> repository.maintenance().failure().isPresent(), repository::maintenance);

      assertThat(repository.maintenance().failure().orElseThrow())
          .contains("would be in no pack any more");
      assertThat(Samples.text(repository.files(TODO, two.id())))
          .containsEntry("src/main.py", "two");
    }
    new StockGit(bare).passesFsck();
  }

  private static List<Path> packs(Path bare) throws Exception {
    try (var files = Files.list(bare.resolve("objects/pack"))) {
      return files.filter(file -> file.toString().endsWith(".pack")).toList();
    }
  }
}
