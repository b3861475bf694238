package dev.headrace.git;

import static dev.headrace.git.Samples.ALICES;
import static dev.headrace.git.Samples.BOB;
import static dev.headrace.git.Samples.CLOCK;
import static dev.headrace.git.Samples.KEY;
import static dev.headrace.git.Samples.TODO;
import static dev.headrace.git.Samples.baseline;
import static dev.headrace.git.Samples.committed;
import static dev.headrace.git.Samples.conflict;
import static dev.headrace.git.Samples.deploy;
import static dev.headrace.git.Samples.outcome;
import static dev.headrace.git.Samples.removal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TenantsTest {

  private static final TenantId BOBS = new TenantId(BOB.userId());

  @TempDir private Path folder;
  private final AtomicReference<CommitSteps> steps = new AtomicReference<>(CommitSteps.NONE);
  private StockGit git;
  private PlatformRepository repository;

  @BeforeEach
  void open() {
    Path bare = folder.resolve("platform.git");
    git = new StockGit(bare);
    repository = PlatformRepository.open(bare, KEY, CLOCK, step -> steps.get().reached(step));
  }

  @AfterEach
  void close() {
    repository.close();
    git.passesFsck();
  }

  private void reopen() {
    repository.close();
    open();
  }

  private static SortedMap<String, byte[]> files(String quota) {
    return new TreeMap<>(
        Map.of(
            "kustomization.yaml", Samples.bytes("resources: [quota.yaml]\n"),
            "quota.yaml", Samples.bytes(quota)));
  }

  @Test
  void aTenantIsReadBackAsItWasSetUp() {
    TenantChange change = baseline(ALICES, files("10"));

    TenantCommit commit = committed(repository, change);
    reopen();

    assertThat(commit.tenant()).isEqualTo(ALICES);
    assertThat(commit.deployId()).isEqualTo(change.deployId());
    assertThat(commit.actor()).isEqualTo(Actor.HEADRACE);
    assertThat(commit.at()).isEqualTo("2026-03-04T05:06:07Z");
    assertThat(commit.previous()).isEmpty();
    assertThat(commit.tree()).contains(TreeId.of(files("10")));
    assertThat(repository.head()).isEqualTo(commit.id());
    assertThat(repository.latest(ALICES)).contains(commit);
    assertThat(repository.latest(BOBS)).isEmpty();
    assertThat(repository.tree(ALICES, commit.id())).isEqualTo(commit.tree());
    assertThat(Samples.text(repository.files(ALICES, commit.id())))
        .isEqualTo(Samples.text(files("10")));
    assertThat(repository.archive(commit.tree().orElseThrow()).orElseThrow().sha256())
        .isEqualTo(Archive.of(files("10")).sha256());
    assertThat(git.git("show", "main:" + ALICES.path() + "/quota.yaml")).isEqualTo("10");
  }

  @Test
  void whatATenantsCommitLeavesTellsWhetherAnotherIsNeeded() {
    TenantCommit commit = committed(repository, baseline(ALICES, files("10")));

    assertThat(commit.tree()).contains(TreeId.of(files("10")));
    assertThat(commit.tree().orElseThrow()).isNotEqualTo(TreeId.of(files("20")));
  }

  @Test
  void aTenantIsChangedRemovedAndSetUpAgain() {
    TenantCommit bobs = committed(repository, baseline(BOBS, files("5")));
    TenantCommit one = committed(repository, baseline(ALICES, files("10")));
    TenantCommit two = committed(repository, baseline(ALICES, files("20")));
    TenantCommit gone = committed(repository, removal(ALICES));
    assertThat(outcome(repository, removal(ALICES)))
        .isEqualTo(
            new CommitOutcome.Rejected<>(
                "Tenant " + ALICES + " cannot be removed: it is not there."));
    reopen();
    TenantCommit again = committed(repository, baseline(ALICES, files("10")));

    assertThat(gone.tree()).isEmpty();
    assertThat(repository.tenants(gone.id())).containsExactly(BOBS);
    assertThat(repository.tenants(again.id())).containsExactly(ALICES, BOBS);
    assertThat(repository.files(ALICES, gone.id())).isEmpty();
    assertThat(repository.latest(BOBS)).contains(bobs);
    assertThat(List.of(one, two, gone, again))
        .extracting(TenantCommit::previous)
        .containsExactly(
            Optional.empty(), Optional.of(one.id()), Optional.of(two.id()), Optional.of(gone.id()));
    assertThat(repository.isNewer(ALICES, one.id(), gone.id())).isTrue();
    assertThat(repository.isNewer(ALICES, gone.id(), one.id())).isFalse();
    assertThat(repository.isNewer(ALICES, bobs.id(), one.id())).isFalse();
    assertThat(repository.tree(ALICES, two.id())).contains(TreeId.of(files("20")));
  }

  @Test
  void tenantsCommitsAreNoCommitsOfApps() {
    TenantCommit before = committed(repository, baseline(ALICES, files("10")));
    AppCommit one = committed(repository, deploy(TODO, "one"));
    TenantChange change = baseline(ALICES, files("20"));
    TenantCommit between = committed(repository, change);
    AppCommit two = committed(repository, deploy(TODO, "two"));
    reopen();

    assertThat(repository.between(Optional.empty(), repository.head())).containsExactly(one, two);
    assertThat(repository.between(Optional.of(between.id()), two.id())).containsExactly(two);
    assertThat(repository.history(TODO, 9, Optional.empty())).containsExactly(two, one);
    assertThat(repository.latest(TODO)).contains(two);
    assertThat(two.version()).hasValue(2);
    assertThat(repository.read(before.id())).isEmpty();
    assertThat(repository.find(Actor.HEADRACE.userId(), change.deployId())).isEmpty();
    assertThat(repository.apps(two.id())).containsExactly(TODO);
    assertThat(repository.isNewer(TODO, before.id(), two.id())).isFalse();
    assertThat(outcome(repository, Samples.restore(TODO, between.id())))
        .isInstanceOf(CommitOutcome.Rejected.class);
  }

  @Test
  void theSameRequestAgainFindsItsCommitAlsoAfterARestart() {
    TenantChange change = baseline(ALICES, files("10"));
    TenantChange removal = removal(ALICES);
    TenantCommit commit = committed(repository, change);
    TenantCommit gone = committed(repository, removal);
    reopen();

    assertThat(outcome(repository, change)).isEqualTo(new CommitOutcome.AlreadyCommitted<>(commit));
    assertThat(outcome(repository, removal)).isEqualTo(new CommitOutcome.AlreadyCommitted<>(gone));
    assertThat(git.git("rev-list", "--count", "main")).isEqualTo("3\n");
  }

  @Test
  void theSameRequestTwiceInOneBatchIsOneCommit() throws Exception {
    TenantChange change = baseline(ALICES, files("10"));
    Gate gate = new Gate();
    steps.set(gate);
    CompletableFuture<CommitOutcome<AppCommit>> other = repository.commit(deploy(TODO, "one"));
    gate.awaitWriter();
    CompletableFuture<CommitOutcome<TenantCommit>> first = repository.commit(change);
    CompletableFuture<CommitOutcome<TenantCommit>> second = repository.commit(change);

    gate.open();

    assertThat(outcome(other)).isInstanceOf(CommitOutcome.Committed.class);
    CommitOutcome<TenantCommit> committed = outcome(first);
    TenantCommit commit = repository.latest(ALICES).orElseThrow();
    assertThat(committed).isEqualTo(new CommitOutcome.Committed<>(commit));
    assertThat(outcome(second)).isEqualTo(new CommitOutcome.AlreadyCommitted<>(commit));
  }

  @Test
  void aDeployIdStandsForOneRequest() {
    TenantChange change = baseline(ALICES, files("10"));
    TenantCommit commit = committed(repository, change);

    for (TenantChange other :
        List.of(
            withId(change, baseline(ALICES, files("20"))),
            withId(change, baseline(BOBS, files("10"))),
            withId(change, removal(ALICES)))) {
      assertThat(conflict(outcome(repository, other))).contains(commit);
    }
    Change app = Samples.upgrade(TODO, "todo", new Contents.Files(Samples.files("x")));
    AppCommit upgraded = committed(repository, app);
    assertThat(
            conflict(
                outcome(
                    repository,
                    new TenantChange(
                        app.deployId(),
                        ALICES,
                        Actor.HEADRACE,
                        change.contents(),
                        Optional.empty()))))
        .contains(upgraded);
  }

  private static TenantChange withId(TenantChange id, TenantChange rest) {
    return new TenantChange(
        id.deployId(), rest.tenant(), rest.actor(), rest.contents(), rest.expectedPrevious());
  }

  @Test
  void whoeverExpectsAnotherLastCommitIsToldTheActualOne() {
    TenantCommit one = committed(repository, baseline(ALICES, files("10")));
    TenantCommit two = committed(repository, expecting(one, files("20")));

    assertThat(conflict(outcome(repository, expecting(one, files("30"))))).contains(two);
  }

  private static TenantChange expecting(TenantCommit previous, SortedMap<String, byte[]> files) {
    return new TenantChange(
        Samples.nextDeployId(),
        previous.tenant(),
        Actor.HEADRACE,
        new Contents.Files(files),
        Optional.of(previous.id()));
  }

  @Test
  void theRulesForFilesHoldForTenantsToo() {
    assertThat(
            outcome(
                repository, baseline(ALICES, new TreeMap<>(Map.of("../out", Samples.bytes("x"))))))
        .isInstanceOf(CommitOutcome.Rejected.class);
    assertThat(
            outcome(
                repository,
                new TenantChange(
                    Samples.nextDeployId(),
                    ALICES,
                    new Actor(BOB.userId(), "b".repeat(201)),
                    new Contents.Files(files("10")),
                    Optional.empty())))
        .isInstanceOf(CommitOutcome.Rejected.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new TenantChange(
                Samples.nextDeployId(),
                ALICES,
                BOB,
                new Contents.Restore(repository.head()),
                Optional.empty()));
  }

  @ParameterizedTest
  @EnumSource(CommitSteps.Step.class)
  void aFailureOfTheDiskLeavesOneCommitWhenTheSameRequestIsSentAgain(CommitSteps.Step where) {
    TenantCommit one = committed(repository, baseline(ALICES, files("10")));
    TenantChange change = baseline(ALICES, files("20"));
    steps.set(step -> {
      if (step == where) {
        throw new IOException("No space left on device");
      }
    });
    CommitOutcome<TenantCommit> failed = outcome(repository, change);
    assertThat(failed).isInstanceOfAny(CommitOutcome.Failed.class, CommitOutcome.Unknown.class);

    steps.set(CommitSteps.NONE);
    if (failed instanceof CommitOutcome.Failed) {
      assertThat(repository.latest(ALICES)).contains(one);
      committed(repository, change);
    }
    TenantCommit two = repository.latest(ALICES).orElseThrow();
    assertThat(outcome(repository, change)).isEqualTo(new CommitOutcome.AlreadyCommitted<>(two));
    assertThat(two.previous()).contains(one.id());
    assertThat(git.git("rev-list", "--count", "main")).isEqualTo("3\n");
  }
}
