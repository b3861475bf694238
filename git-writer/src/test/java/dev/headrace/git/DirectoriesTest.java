package dev.headrace.git;

import static dev.headrace.git.Samples.CLOCK;
import static dev.headrace.git.Samples.KEY;
import static dev.headrace.git.Samples.SHOP;
import static dev.headrace.git.Samples.TODO;
import static dev.headrace.git.Samples.committed;
import static dev.headrace.git.Samples.deploy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoriesTest {

  @TempDir private Path folder;
  private Path bare;
  private StockGit git;
  private PlatformRepository repository;

  @BeforeEach
  void open() {
    bare = folder.resolve("platform.git");
    git = new StockGit(bare);
    repository = PlatformRepository.open(bare, KEY, CLOCK);
  }

  @AfterEach
  void close() {
    repository.close();
  }

  @Test
  void aTreeHasTheIdThatStockGitGivesIt() {
    AppCommit commit = committed(repository, deploy(TODO, "one"));

    TreeId tree = repository.tree(TODO, commit.id()).orElseThrow();

    assertThat(tree.sha()).isEqualTo(git.git("rev-parse", commit.id() + ":" + TODO.path()).strip());
    assertThat(TreeId.of(Samples.files("one"))).isEqualTo(tree);
    assertThat(TreeId.of(Samples.files("two"))).isNotEqualTo(tree);
    assertThat(repository.tree(SHOP, commit.id())).isEmpty();
    assertThatThrownBy(() -> repository.tree(TODO, new CommitId("0".repeat(40))))
        .isInstanceOf(CommitNotFound.class);
  }

  @Test
  void everyDirectoryOfTheHistoryStaysToBeHad() {
    List<TreeId> trees =
        List.of("one", "two", "three").stream()
            .map(code -> committed(repository, deploy(TODO, code)))
            .map(commit -> repository.tree(TODO, commit.id()).orElseThrow())
            .toList();
    committed(repository, Samples.delete(TODO));
    repository.close();
    repository = PlatformRepository.open(bare, KEY, CLOCK);

    assertThat(trees)
        .doesNotHaveDuplicates()
        .extracting(tree -> repository.archive(tree).orElseThrow().sha256())
        .containsExactly(
            Archive.of(Samples.files("one")).sha256(),
            Archive.of(Samples.files("two")).sha256(),
            Archive.of(Samples.files("three")).sha256());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "^{tree}",
        ":apps",
        ":apps/b",
        ":apps/b/3",
        ":.headrace",
        ":APP/src",
        ":APP/src/static",
        "",
        ":APP/app.yaml"
      })
  void whatIsNoDirectoryOfAnAppIsNotGivenOut(String what) {
    AppCommit commit = committed(repository, deploy(TODO, "one"));
    String object = git.git("rev-parse", commit.id() + what.replace("APP", TODO.path())).strip();

    assertThat(repository.archive(new TreeId(object))).isEmpty();
  }

  @Test
  void aTreeThatDoesNotExistIsNotGivenOut() {
    assertThat(repository.archive(TreeId.of(Samples.files("never")))).isEmpty();
  }

  @Test
  void whatHeadraceWouldNotCommitIsNotGivenOut() {
    String blob = blob("resources: []\n");
    String kustomization = "100644 blob " + blob + "\tkustomization.yaml\n";

    assertThat(repository.archive(tree(kustomization))).isPresent();
    assertThat(repository.archive(tree("100644 blob " + blob + "\tapp.yaml\n"))).isEmpty();
    assertThat(
            repository.archive(
                tree("040000 tree " + tree(kustomization) + "\tkustomization.yaml\n")))
        .isEmpty();
    for (String mode : List.of("100755", "120000")) {
      String odd = mode + " blob " + blob + "\t";
      assertThat(repository.archive(tree(kustomization + odd + "odd\n"))).as(mode).isEmpty();
      assertThat(repository.archive(tree(odd + "kustomization.yaml\n"))).as(mode).isEmpty();
    }
    for (String name : List.of(".gitmodules", "back\\slash", "nul")) {
      assertThat(
              repository.archive(tree(kustomization + "100644 blob " + blob + "\t" + name + "\n")))
          .as(name)
          .isEmpty();
    }
  }

  @Test
  void whatIsLargerThanMayBeCommittedIsNotGivenOut() {
    String small = blob("x");
    String large = blob("x".repeat(ChangeRules.MAX_FILE_BYTES));
    String tooLarge = blob("x".repeat(ChangeRules.MAX_FILE_BYTES + 1));

    assertThat(repository.archive(withMore(ChangeRules.MAX_FILES - 1, small))).isPresent();
    assertThat(repository.archive(withMore(ChangeRules.MAX_FILES, small))).isEmpty();
    assertThat(repository.archive(withMore(7, large))).isPresent();
    assertThat(repository.archive(withMore(8, large))).isEmpty();
    assertThat(repository.archive(withMore(1, tooLarge))).isEmpty();
  }

  /** A kustomization and more files, all of one content. */
  private TreeId withMore(int count, String blob) {
    return tree(
        IntStream.range(0, count)
            .mapToObj(i -> "100644 blob " + blob + "\tfile" + i + "\n")
            .collect(
                Collectors.joining("", "100644 blob " + blob("k") + "\tkustomization.yaml\n", "")));
  }

  private String blob(String text) {
    return write(text, "hash-object", "-w", "--stdin");
  }

  private TreeId tree(String entries) {
    return new TreeId(write(entries, "mktree"));
  }

  private String write(String input, String... command) {
    List<String> words = new ArrayList<>(List.of("git", "--git-dir", bare.toString()));
    words.addAll(List.of(command));
    return StockGit.run(words, input).out().strip();
  }
}
