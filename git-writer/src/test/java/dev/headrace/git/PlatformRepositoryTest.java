package dev.headrace.git;

import static dev.headrace.git.Samples.ALICE;
import static dev.headrace.git.Samples.BOB;
import static dev.headrace.git.Samples.CLOCK;
import static dev.headrace.git.Samples.KEY;
import static dev.headrace.git.Samples.SHOP;
import static dev.headrace.git.Samples.TODO;
import static dev.headrace.git.Samples.committed;
import static dev.headrace.git.Samples.conflict;
import static dev.headrace.git.Samples.deploy;
import static dev.headrace.git.Samples.expecting;
import static dev.headrace.git.Samples.nextDeployId;
import static dev.headrace.git.Samples.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlatformRepositoryTest {

  private static final CommitId NOWHERE = new CommitId("0".repeat(39) + "1");

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
    git.passesFsck();
  }

  private void reopen() {
    repository.close();
    repository = PlatformRepository.open(bare, KEY, CLOCK);
  }

  @Test
  void aNewRepositoryHasOneSignedCommitThatIsAboutNoApp() {
    assertThat(git.git("rev-list", "--count", "main")).isEqualTo("1\n");
    assertThat(git.git("ls-tree", "-r", "--name-only", "main"))
        .isEqualTo(".headrace/allowed_signers\n.headrace/layout\n");
    assertThat(repository.between(Optional.empty(), repository.head())).isEmpty();
    assertThat(repository.read(repository.head())).isEmpty();
  }

  @Test
  void aDeployIsReadBackAsItWasMade() {
    Change change = deploy(TODO, "print('one')\n");

    AppCommit commit = committed(repository, change);

    assertThat(commit.version()).hasValue(1);
    assertThat(commit.appName()).isEqualTo("todo-api");
    assertThat(commit.reason()).contains("Fix paging");
    assertThat(commit.actor()).isEqualTo(ALICE);
    assertThat(commit.at()).isEqualTo("2026-03-04T05:06:07Z");
    assertThat(commit.previous()).isEmpty();
    assertThat(commit.contentDigest()).isEqualTo(change.contentDigest());
    assertThat(repository.head()).isEqualTo(commit.id());
    assertThat(repository.read(commit.id())).contains(commit);
    assertThat(repository.latest(TODO)).contains(commit);
    assertThat(repository.find(ALICE.userId(), change.deployId())).contains(commit);
    assertThat(Samples.text(repository.files(TODO, commit.id())))
        .isEqualTo(Samples.text(Samples.files("print('one')\n")));
    assertThat(repository.apps(commit.id())).containsExactly(TODO);
  }

  @Test
  void stockGitSeesTheFilesAsTheyAre() {
    committed(repository, deploy(TODO, "print('one')\n"));

    assertThat(git.git("show", "main:" + TODO.path() + "/src/main.py")).isEqualTo("print('one')\n");
    assertThat(git.git("log", "-1", "--format=%an <%ae>|%cn <%ce>|%at %ct", "main"))
        .isEqualTo(
            "alice <65f0c0ffee0123456789abcd@users.noreply.headrace.invalid>"
                + "|Headrace <headrace@noreply.headrace.invalid>|1772600767 1772600767\n");
  }

  @Test
  void everyCommitPassesVerifyCommitWithTheSignersThatTheRepositoryNames() throws Exception {
    committed(repository, deploy(TODO, "one"));
    committed(repository, deploy(TODO, "two"));
    Path signers = folder.resolve("allowed_signers");
    Files.writeString(signers, git.git("show", "main:.headrace/allowed_signers"));

    for (String commit : git.git("rev-list", "main").lines().toList()) {
      assertThat(
              git.tryGit("-c", "gpg.ssh.allowedSignersFile=" + signers, "verify-commit", commit)
                  .err())
          .contains("Good \"git\" signature for headrace@noreply.headrace.invalid")
          .contains(repository.fingerprint());
    }
  }

  @Test
  void versionsCountDeploysRollbacksAndRestartsOfEachAppOnItsOwn() {
    AppCommit first = committed(repository, deploy(TODO, "one"));
    committed(repository, deploy(SHOP, "shop"));
    Contents files = new Contents.Files(Samples.files("one"));
    AppCommit renamed = committed(repository, Samples.with(Action.RENAME, TODO, "chores", files));
    AppCommit restarted =
        committed(repository, Samples.with(Action.RESTART, TODO, "chores", files));
    AppCommit back = committed(repository, Samples.restore(TODO, first.id()));
    AppCommit gone = committed(repository, Samples.delete(TODO));
    reopen();
    AppCommit again = committed(repository, deploy(TODO, "two"));

    assertThat(List.of(first, renamed, restarted, back, gone, again))
        .extracting(AppCommit::version)
        .containsExactly(
            OptionalInt.of(1),
            OptionalInt.empty(),
            OptionalInt.of(2),
            OptionalInt.of(3),
            OptionalInt.empty(),
            OptionalInt.of(4));
    assertThat(repository.history(TODO, 10, Optional.empty()))
        .containsExactly(again, gone, back, restarted, renamed, first);
    assertThat(renamed.appName()).isEqualTo("chores");
    assertThat(repository.latest(SHOP).orElseThrow().version()).hasValue(1);
  }

  @Test
  void whatStopsStartsAndUpgradesAnAppIsAVersionThatSaysSo() {
    Contents files = new Contents.Files(Samples.files("one"));
    committed(repository, deploy(TODO, "one"));
    List<AppCommit> commits =
        List.of(
            committed(repository, Samples.with(Action.RESTART, TODO, "todo v1", files)),
            committed(repository, Samples.with(Action.STOP, TODO, "todo v1", files)),
            committed(repository, Samples.with(Action.START, TODO, "todo v1", files)),
            committed(repository, Samples.upgrade(TODO, "todo v1", files)));
    reopen();

    assertThat(commits).extracting(AppCommit::appName).containsOnly("todo v1");
    assertThat(commits)
        .extracting(commit -> commit.version().orElseThrow())
        .containsExactly(2, 3, 4, 5);
    assertThat(repository.between(Optional.empty(), repository.head()).skip(1))
        .containsExactlyElementsOf(commits);
    assertThat(git.git("log", "--reverse", "--format=%s|%an", "-4", "main"))
        .isEqualTo(
            """
            Restart todo v1 v2|alice
            Stop todo v1 v3|alice
            Start todo v1 v4|alice
            Upgrade todo v1 v5|Headrace
            """);
  }

  @Test
  void historyComesInPages() {
    List<AppCommit> commits =
        IntStream.range(0, 5).mapToObj(i -> committed(repository, deploy(TODO, "v" + i))).toList();

    assertThat(repository.history(TODO, 2, Optional.of(commits.get(4).id())))
        .containsExactly(commits.get(3), commits.get(2));
    assertThat(repository.history(TODO, 9, Optional.of(commits.get(0).id()))).isEmpty();
    assertThat(repository.history(SHOP, 9, Optional.empty())).isEmpty();
    assertThatThrownBy(() -> repository.history(SHOP, 9, Optional.of(commits.get(0).id())))
        .isInstanceOf(CommitNotFound.class);
  }

  @Test
  void itIsKnownWhichOfTwoCommitsOfAnAppIsNewer() {
    AppCommit one = committed(repository, deploy(TODO, "one"));
    AppCommit shop = committed(repository, deploy(SHOP, "shop"));
    AppCommit renamed =
        committed(
            repository,
            Samples.with(Action.RENAME, TODO, "chores", new Contents.Files(Samples.files("one"))));
    AppCommit gone = committed(repository, Samples.delete(TODO));
    AppCommit again = committed(repository, deploy(TODO, "two"));
    List<CommitId> chain = List.of(one, renamed, gone, again).stream().map(AppCommit::id).toList();

    assertOrder(chain);
    reopen();
    assertOrder(chain);
    assertThat(repository.isNewer(TODO, one.id(), shop.id())).isFalse();
    assertThat(repository.isNewer(SHOP, one.id(), again.id())).isFalse();
    assertThat(repository.isNewer(TODO, NOWHERE, again.id())).isFalse();
    assertThat(repository.isNewer(TODO, one.id(), NOWHERE)).isFalse();
  }

  private void assertOrder(List<CommitId> chain) {
    for (int than = 0; than < chain.size(); than++) {
      for (int candidate = 0; candidate < chain.size(); candidate++) {
        assertThat(repository.isNewer(TODO, chain.get(than), chain.get(candidate)))
            .as("%d after %d", candidate, than)
            .isEqualTo(candidate > than);
      }
    }
  }

  @Test
  void theLogIsReadForwardsFromAnyCommit() {
    AppCommit one = committed(repository, deploy(TODO, "one"));
    AppCommit two = committed(repository, deploy(SHOP, "two"));
    AppCommit three = committed(repository, Samples.delete(TODO));

    assertThat(repository.between(Optional.empty(), three.id())).containsExactly(one, two, three);
    assertThat(repository.between(Optional.of(one.id()), two.id())).containsExactly(two);
    assertThat(repository.between(Optional.of(three.id()), three.id())).isEmpty();
    assertThatThrownBy(() -> repository.between(Optional.of(three.id()), one.id()))
        .isInstanceOf(CommitNotFound.class);
    assertThatThrownBy(() -> repository.between(Optional.empty(), NOWHERE))
        .isInstanceOf(CommitNotFound.class);
    assertThatThrownBy(() -> repository.files(TODO, NOWHERE)).isInstanceOf(CommitNotFound.class);
  }

  @Test
  void aDeleteLeavesNothingBehindAndTheOtherAppAlone() {
    committed(repository, deploy(TODO, "one"));
    AppCommit shop = committed(repository, deploy(SHOP, "shop"));
    AppCommit gone = committed(repository, Samples.delete(TODO));

    assertThat(repository.files(TODO, gone.id())).isEmpty();
    assertThat(repository.apps(gone.id())).containsExactly(SHOP);
    assertThat(repository.files(SHOP, gone.id()).keySet())
        .isEqualTo(repository.files(SHOP, shop.id()).keySet());
    assertThat(outcome(repository, Samples.delete(TODO)))
        .isInstanceOf(CommitOutcome.Rejected.class);
  }

  @Test
  void aRestoreBringsBackTheSameTreeAndDigest() {
    AppCommit one = committed(repository, deploy(TODO, "one"));
    committed(repository, deploy(TODO, "two"));
    committed(repository, deploy(TODO, "three"));

    AppCommit back = committed(repository, Samples.restore(TODO, one.id()));

    assertThat(git.git("rev-parse", back.id() + ":" + TODO.path()))
        .isEqualTo(git.git("rev-parse", one.id() + ":" + TODO.path()));
    assertThat(back.restores()).contains(one.id());
    assertThat(back.contentDigest()).isEqualTo(one.contentDigest());
    assertThat(git.git("log", "-1", "--format=%s", "main")).isEqualTo("Roll back todo-api to v1\n");
    assertThat(git.git("log", "-1", "--format=%B", "main")).doesNotContain("This reverts");
  }

  @Test
  void aRollbackThatUndoesExactlyTheLastCommitSaysSoInGitsOwnWords() {
    AppCommit one = committed(repository, deploy(TODO, "one"));
    AppCommit two = committed(repository, deploy(TODO, "two"));

    AppCommit back =
        committed(
            repository, Samples.rollback(TODO, one.id(), new Contents.Files(Samples.files("one"))));

    assertThat(git.git("log", "-1", "--format=%B", "main"))
        .contains("\n\nThis reverts commit " + two.id() + ".\n\n");
    reopen();
    assertThat(repository.read(back.id())).contains(back);
  }

  @Test
  void onlyVersionsOfTheSameAppCanBeRestored() {
    AppCommit shop = committed(repository, deploy(SHOP, "shop"));
    committed(repository, deploy(TODO, "one"));
    AppCommit gone = committed(repository, Samples.delete(TODO));

    for (CommitId wrong : List.of(shop.id(), gone.id(), NOWHERE)) {
      assertThat(outcome(repository, Samples.restore(TODO, wrong)))
          .isInstanceOf(CommitOutcome.Rejected.class);
    }
  }

  @Test
  void theSameRequestAgainFindsItsCommitAlsoAfterARestart() {
    Change change = deploy(TODO, "one");
    AppCommit commit = committed(repository, change);
    reopen();

    assertThat(outcome(repository, change)).isEqualTo(new CommitOutcome.AlreadyCommitted<>(commit));
    assertThat(git.git("rev-list", "--count", "main")).isEqualTo("2\n");
  }

  @Test
  void aDeployIdStandsForOneRequestOfOneActor() {
    DeployId id = nextDeployId();
    AppCommit commit = committed(repository, deploy(TODO, "one", id));

    assertThat(conflict(outcome(repository, deploy(TODO, "two", id)))).contains(commit);
    assertThat(outcome(repository, deploy(SHOP, "one", id)))
        .isInstanceOf(CommitOutcome.Conflict.class);
    Change bobs =
        new Change(
            id,
            SHOP,
            "shop",
            Action.DEPLOY,
            BOB,
            Via.CLI,
            Optional.empty(),
            new Contents.Files(Samples.files("x")),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    assertThat(outcome(repository, bobs)).isInstanceOf(CommitOutcome.Committed.class);
  }

  @Test
  void anExplicitDeployCommitsAlsoWhenNothingChanged() {
    AppCommit one = committed(repository, deploy(TODO, "same"));
    AppCommit two = committed(repository, deploy(TODO, "same"));

    assertThat(two.version()).hasValue(2);
    assertThat(two.previous()).contains(one.id());
  }

  @Test
  void whoeverExpectsAnotherLastCommitIsToldTheActualOne() {
    AppCommit one = committed(repository, deploy(TODO, "one"));
    AppCommit two = committed(repository, expecting(deploy(TODO, "two"), one.id()));

    assertThat(conflict(outcome(repository, expecting(deploy(TODO, "three"), one.id()))))
        .contains(two);
    assertThat(conflict(outcome(repository, expecting(deploy(SHOP, "x"), one.id())))).isEmpty();
  }

  @Test
  void aSecondWriterIsTurnedAwayAndTheFirstGoesOn() {
    assertThatThrownBy(() -> PlatformRepository.open(bare, KEY, CLOCK))
        .isInstanceOf(RepositoryInUse.class)
        .hasMessageContaining("in use by another Headrace");
    committed(repository, deploy(TODO, "one"));
  }

  @Test
  void anotherKeyDoesNotOpenTheRepository() {
    committed(repository, deploy(TODO, "one"));
    repository.close();

    SigningKey other = SigningKey.ofSeed(Samples.bytes("another seed of thirty-two bytes"));
    assertThatThrownBy(() -> PlatformRepository.open(bare, other, CLOCK))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is not signed by this signing key");
    repository = PlatformRepository.open(bare, KEY, CLOCK);
  }

  @Test
  void trailersCountOnlyInCommitsThatHeadraceSigned() {
    AppCommit real = committed(repository, deploy(TODO, "one"));
    repository.close();
    String message =
        git.git("log", "-1", "--format=%B", "main").replace("Version: 1", "Version: 9");
    String forged =
        StockGit.run(
                List.of(
                    "git",
                    "--git-dir",
                    bare.toString(),
                    "-c",
                    "user.name=Headrace",
                    "-c",
                    "user.email=headrace@noreply.headrace.invalid",
                    "commit-tree",
                    "main^{tree}",
                    "-p",
                    "main"),
                message)
            .out()
            .strip();
    repository = PlatformRepository.open(bare, KEY, CLOCK);

    assertThat(repository.read(new CommitId(forged))).isEmpty();
    assertThat(repository.between(Optional.of(real.id()), new CommitId(forged))).isEmpty();
  }

  @Test
  void aClosedRepositorySaysSo() {
    repository.close();

    assertThat(outcome(repository, deploy(TODO, "late")))
        .isInstanceOfSatisfying(
            CommitOutcome.Failed.class, it -> assertThat(it.why()).contains("closed"));
  }
}
