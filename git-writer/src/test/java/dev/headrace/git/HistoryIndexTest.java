package dev.headrace.git;

import static dev.headrace.git.Samples.ALICE;
import static dev.headrace.git.Samples.KEY;
import static dev.headrace.git.Samples.SHOP;
import static dev.headrace.git.Samples.TODO;
import static dev.headrace.git.Samples.committed;
import static dev.headrace.git.Samples.delete;
import static dev.headrace.git.Samples.deploy;
import static dev.headrace.git.Samples.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryIndexTest {

  @TempDir private Path folder;
  private Path bare;
  private Path index;
  private Instant now = Instant.parse("2026-03-04T05:00:00Z");
  private PlatformRepository repository;
  private final List<Change> changes = new ArrayList<>();
  private final List<AppCommit> commits = new ArrayList<>();

  @BeforeEach
  void open() {
    bare = folder.resolve("platform.git");
    index = bare.resolve(HistoryIndex.NAME);
    repository = opened(bare);
  }

  @AfterEach
  void close() {
    repository.close();
    new StockGit(bare).passesFsck();
  }

  private PlatformRepository opened(Path folder) {
    InstantSource source = () -> now;
    return PlatformRepository.open(folder, KEY, source.withZone(ZoneOffset.UTC));
  }

  private void commit(Change change) {
    changes.add(change);
    commits.add(committed(repository, change));
  }

  private void deployThirty() {
    for (int i = 0; i < 30; i++) {
      commit(deploy(i % 3 == 0 ? SHOP : TODO, "print(" + i + ")"));
    }
  }

  /** Each request, each app's last commit and history, and how many versions there were. */
  private void knowsAll() {
    for (int i = 0; i < changes.size(); i++) {
      assertThat(outcome(repository, changes.get(i)))
          .isEqualTo(new CommitOutcome.AlreadyCommitted<>(commits.get(i)));
    }
    for (AppId app : List.of(TODO, SHOP)) {
      List<AppCommit> its = commits.stream().filter(commit -> commit.app().equals(app)).toList();
      assertThat(repository.latest(app)).isEqualTo(its.reversed().stream().findFirst());
      assertThat(repository.history(app, 1000, Optional.empty())).isEqualTo(its.reversed());
    }
    commit(deploy(TODO, "one more"));
    assertThat(commits.getLast().version())
        .hasValue((int) commits.stream().filter(commit -> commit.app().equals(TODO)).count());
  }

  @Test
  void allIsKnownAfterARestart() {
    deployThirty();
    repository.close();
    repository = opened(bare);
    knowsAll();
  }

  @Test
  void anIndexThatIsLostIsMadeAgain() throws IOException {
    deployThirty();
    repository.close();
    Files.delete(index);
    repository = opened(bare);
    knowsAll();
  }

  @Test
  void anIndexThatIsBehindIsBroughtUpToDate() throws IOException {
    deployThirty();
    repository.close();
    byte[] behind = Files.readAllBytes(index);
    repository = opened(bare);
    commit(deploy(TODO, "after the copy"));
    commit(deploy(SHOP, "after the copy"));
    repository.close();
    Files.write(index, behind);
    repository = opened(bare);
    knowsAll();
  }

  @Test
  void whateverIsWrongWithAByteOfItNothingIsForgotten() throws IOException {
    deployThirty();
    repository.close();
    byte[] whole = Files.readAllBytes(index);
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 20; round++) {
      byte[] damaged = whole.clone();
      int at = random.nextInt(damaged.length);
      damaged[at] ^= (byte) (1 + random.nextInt(255));
      Files.write(index, damaged);
      repository = opened(bare);
      for (int i = 0; i < changes.size(); i++) {
        assertThat(outcome(repository, changes.get(i)))
            .as("byte %d", at)
            .isEqualTo(new CommitOutcome.AlreadyCommitted<>(commits.get(i)));
      }
      repository.close();
      assertThat(index).hasBinaryContent(whole);
    }
    repository = opened(bare);
  }

  @Test
  void thatOfAnotherRepositoryIsNotBelieved() throws IOException {
    deployThirty();
    repository.close();
    Path other = folder.resolve("other.git");
    try (PlatformRepository another = opened(other)) {
      for (int i = 0; i < 40; i++) {
        var _ = committed(another, deploy(TODO, "other " + i));
      }
    }
    Files.copy(other.resolve(HistoryIndex.NAME), index, StandardCopyOption.REPLACE_EXISTING);
    repository = opened(bare);
    knowsAll();
  }

  @Test
  void whatIsNoLongerOnMainIsForgotten() {
    deployThirty();
    repository.close();
    CommitId earlier = commits.get(19).id();
    var _ = new StockGit(bare).git("update-ref", "refs/heads/main", earlier.sha());
    repository = opened(bare);

    assertThat(repository.head()).isEqualTo(earlier);
    assertThat(repository.find(ALICE.userId(), changes.get(20).deployId())).isEmpty();
    changes.subList(20, 30).clear();
    commits.subList(20, 30).clear();
    knowsAll();
  }

  @Test
  void historyIsNotReadWhenTheIndexHasIt() throws IOException {
    for (int i = 0; i < 150; i++) {
      commit(deploy(TODO, "print(" + i + ")"));
    }
    repository.close();
    Path packs = bare.resolve("objects/pack");
    List<Path> hidden = filesWith(commits.getFirst().id());
    for (Path file : hidden) {
      Files.move(file, packs.resolve("hidden-" + file.getFileName()));
    }
    repository = opened(bare);
    assertThat(repository.latest(TODO)).contains(commits.getLast());
    repository.close();
    for (Path file : hidden) {
      Files.move(packs.resolve("hidden-" + file.getFileName()), file);
    }
    repository = opened(bare);
    knowsAll();
  }

  @Test
  void aPageHasNoCommitThatWasChangedOnTheDisk() throws IOException {
    for (int i = 0; i < 150; i++) {
      commit(deploy(TODO, "print(" + i + ")"));
    }
    repository.close();
    CommitId changed = commits.get(20).id();
    String text = new StockGit(bare).git("cat-file", "commit", changed.sha());
    String forged = text.replaceFirst("author [^<]*", "author Mallory ");
    assertThat(forged).isNotEqualTo(text);
    List<Path> genuine = filesWith(changed);
    for (Path file : genuine) {
      Files.move(file, folder.resolve(file.getFileName()));
    }
    Path loose = bare.resolve("objects/" + changed.sha().replaceFirst("^..", "$0/"));
    Files.createDirectories(loose.getParent());
    byte[] object = Samples.bytes("commit " + forged.length() + "\0" + forged);
    Files.write(loose, Zlib.deflated(object));

    repository = opened(bare);

    assertThatThrownBy(() -> repository.history(TODO, 200, Optional.empty()))
        .hasMessageContaining(changed.sha())
        .hasMessageContaining("cannot be read as the index of history has it");
    assertThat(repository.read(changed)).isEmpty();
    Files.delete(loose);
    for (Path file : genuine) {
      Files.move(folder.resolve(file.getFileName()), file);
    }
  }

  /** The pack that has this commit, and its index. */
  private List<Path> filesWith(CommitId commit) throws IOException {
    try (Stream<Path> files = Files.list(bare.resolve("objects/pack"))) {
      Path found =
          files
              .filter(file -> file.toString().endsWith(".idx"))
              .filter(file ->
                  new StockGit(bare)
                      .git("verify-pack", "-v", file.toString())
                      .contains(commit.sha()))
              .findFirst()
              .orElseThrow();
      String name = found.getFileName().toString().replace(".idx", "");
      return List.of(found, found.resolveSibling(name + ".pack"));
    }
  }

  @Test
  void whatMainHadAtATimeIsToldForAnAppAndForAll() {
    Instant start = now;
    commit(deploy(TODO, "one"));
    now = start.plusSeconds(10);
    commit(deploy(SHOP, "one"));
    now = start.plusSeconds(20);
    commit(deploy(TODO, "two"));
    now = start.plusSeconds(30);
    commit(delete(TODO));

    assertThat(repository.at(start.minusSeconds(1))).isEmpty();
    assertThat(repository.at(start)).contains(commits.get(0));
    assertThat(repository.at(start.plusSeconds(19))).contains(commits.get(1));
    assertThat(repository.at(start.plusSeconds(1000))).contains(commits.get(3));
    assertThat(repository.at(TODO, start.plusSeconds(19))).contains(commits.get(0));
    assertThat(repository.at(TODO, start.plusSeconds(20))).contains(commits.get(2));
    assertThat(repository.at(TODO, start.plusSeconds(30))).contains(commits.get(3));
    assertThat(repository.at(SHOP, start.plusSeconds(9))).isEmpty();
    assertThat(repository.at(SHOP, start.plusSeconds(99))).contains(commits.get(1));
  }

  @Test
  void aClockThatGoesBackMovesNoCommitBeforeAnEarlierOne() {
    Instant start = now;
    commit(deploy(TODO, "one"));
    now = start.minusSeconds(3600);
    commit(deploy(TODO, "two"));
    now = start.plusSeconds(10);
    commit(deploy(TODO, "three"));
    repository.close();
    repository = opened(bare);

    assertThat(repository.at(TODO, start.minusSeconds(1))).isEmpty();
    assertThat(repository.at(TODO, start)).contains(commits.get(1));
    assertThat(repository.at(TODO, start.plusSeconds(10))).contains(commits.get(2));
    knowsAll();
  }
}
