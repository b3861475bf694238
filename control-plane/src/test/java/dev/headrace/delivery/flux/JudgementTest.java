package dev.headrace.delivery.flux;

import static dev.headrace.delivery.flux.Seen.CONTENT;
import static dev.headrace.delivery.flux.Seen.OLDER;
import static dev.headrace.delivery.flux.Seen.OLDER_CONTENT;
import static dev.headrace.delivery.flux.Seen.applied;
import static dev.headrace.delivery.flux.Seen.deployment;
import static dev.headrace.delivery.flux.Seen.fetching;
import static dev.headrace.delivery.flux.Seen.ready;
import static dev.headrace.delivery.flux.Seen.status;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.delivery.Failure;
import dev.headrace.delivery.Stage;
import dev.headrace.flux.Kustomization;
import dev.headrace.flux.KustomizationStatus;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JudgementTest {
  private static final String OURS = Seen.target(1).revision();
  private static final Duration LONG = Duration.ofSeconds(11);

  @Test
  void aDeployIsRolledOutWhenItsRevisionIsAppliedAndItsPodsAreAvailable() {
    Judgement judged = Seen.nothing().with(applied()).with(deployment(CONTENT, 1, 1, 1)).judged();
    assertThat(judged.rolledOut()).isTrue();
    assertThat(judged.reached())
        .containsExactlyInAnyOrder(Stage.FETCHED, Stage.APPLIED, Stage.STARTING);
    assertThat(judged.failure()).isEmpty();
  }

  @Test
  void aDeploymentOfAnotherContentBesideTheNewRevisionIsNotOurs() {
    Judgement judged =
        Seen.nothing().with(applied()).with(deployment(OLDER_CONTENT, 1, 1, 1)).judged();
    assertThat(judged.rolledOut()).isFalse();
    assertThat(judged.reached()).containsExactlyInAnyOrder(Stage.FETCHED, Stage.APPLIED);
  }

  @Test
  void ourContentBesideAnOlderRevisionIsNotRolledOut() {
    Judgement judged =
        Seen.nothing()
            .with(status(OLDER, OLDER, ready("True", "ReconciliationSucceeded", "applied")))
            .with(deployment(CONTENT, 1, 1, 1))
            .judged();
    assertThat(judged.rolledOut()).isFalse();
    assertThat(judged.reached()).isEmpty();
  }

  @Test
  void aStatusOfTheGenerationBeforeIsNotRolledOut() {
    Deployment stale =
        new DeploymentBuilder(deployment(CONTENT, 1, 1, 1))
            .editMetadata()
            .withGeneration(4L)
            .endMetadata()
            .build();
    assertThat(Seen.nothing().with(applied()).with(stale).judged().rolledOut()).isFalse();
  }

  @Test
  void aDeploymentThatItsControllerHasNotSeenIsNotRolledOut() {
    Deployment fresh = new DeploymentBuilder(deployment(CONTENT, 1, 1, 1)).withStatus(null).build();
    assertThat(Seen.nothing().with(applied()).with(fresh).judged().rolledOut()).isFalse();
  }

  @Test
  void aReplicaOfTheOlderVersionThatIsLeftIsNotRolledOut() {
    assertThat(
            Seen.nothing().with(applied()).with(deployment(CONTENT, 2, 1, 1)).judged().rolledOut())
        .isFalse();
  }

  @Test
  void availableReplicasOfTheOlderVersionDoNotCount() {
    assertThat(
            Seen.nothing().with(applied()).with(deployment(CONTENT, 1, 0, 1)).judged().rolledOut())
        .isFalse();
  }

  @Test
  void aStoppedAppIsRolledOutWhenNothingOfItIsLeft() {
    assertThat(
            Judgement.of(
                    Seen.target(0),
                    Seen.nothing().with(applied()).with(deployment(CONTENT, 0, 0, 0)).sight())
                .rolledOut())
        .isTrue();
    assertThat(
            Judgement.of(
                    Seen.target(0),
                    Seen.nothing().with(applied()).with(deployment(CONTENT, 1, 1, 1)).sight())
                .rolledOut())
        .isFalse();
  }

  @Test
  void whatKeptAnOlderRevisionFromBeingAppliedIsNotOurs() {
    Judgement judged =
        Seen.nothing()
            .with(
                status(
                    OLDER, OLDER, ready("False", "BuildFailed", "the older one"), fetching(OLDER)))
            .judged();
    assertThat(judged.failure()).isEmpty();
    assertThat(judged.reached()).isEmpty();
    assertThat(judged.lookAgain()).contains(Duration.ofSeconds(9));
  }

  @Test
  void whatKeepsOurRevisionFromBeingAppliedIsTold() {
    Judgement judged =
        Seen.nothing()
            .with(
                status(OLDER, OURS, ready("False", "BuildFailed", "no such file"), fetching(OURS)))
            .judged();
    assertThat(judged.reached()).containsExactly(Stage.FETCHED);
    assertThat(cause(judged)).isEqualTo("The app's manifests could not be built.");
    assertThat(judged.failure().orElseThrow().evidence()).contains("no such file");
  }

  @Test
  void anArtifactThatCannotBeFetchedIsOursWhereFluxSaysThatItFetchesOurs() {
    Judgement judged =
        Seen.nothing()
            .with(
                status(
                    OLDER,
                    OLDER,
                    ready("False", "ArtifactFailed", "giving up after 2 attempt(s)"),
                    fetching(OURS)))
            .judged();
    assertThat(judged.reached()).isEmpty();
    assertThat(cause(judged)).isEqualTo("Flux cannot fetch the commit from Headrace.");
  }

  @Test
  void anArtifactThatCannotBeFetchedAgainIsToldToo() {
    Judgement judged =
        Seen.nothing()
            .with(
                status(
                    OLDER,
                    OURS,
                    ready("False", "ArtifactFailed", "connection refused"),
                    fetching(OURS)))
            .judged();
    assertThat(cause(judged)).isEqualTo("Flux cannot fetch the commit from Headrace.");
  }

  @Test
  void fluxThatIsSilentIsToldAfterAWhile() {
    Seen silent = Seen.nothing().with(status(OLDER, OLDER));
    assertThat(silent.after(Duration.ofSeconds(4)).judged().failure()).isEmpty();
    assertThat(silent.after(Duration.ofSeconds(4)).judged().lookAgain())
        .contains(Duration.ofSeconds(6));
    assertThat(cause(silent.after(LONG).judged())).startsWith("Flux does not answer");
  }

  @Test
  void fluxThatIsBusyWithOtherAppsIsNotSilent() {
    Seen busy =
        Seen.nothing()
            .with(status(OLDER, OLDER))
            .fluxMoved(Duration.ofSeconds(25))
            .after(Duration.ofSeconds(30));
    assertThat(busy.judged().failure()).isEmpty();
    assertThat(busy.judged().lookAgain()).contains(Duration.ofSeconds(5));
  }

  @Test
  void fluxThatFetchesForLongIsTold() {
    Seen fetches =
        Seen.nothing()
            .with(
                status(
                    OLDER, OLDER, ready("Unknown", "Progressing", "in progress"), fetching(OURS)))
            .fluxMoved(Duration.ofSeconds(5));
    assertThat(fetches.after(Duration.ofSeconds(4)).judged().lookAgain())
        .contains(Duration.ofSeconds(6));
    assertThat(cause(fetches.after(LONG).judged())).startsWith("Flux has been fetching");
  }

  @Test
  void fluxThatAppliesForLongIsToldOnceNothingElseMovesEither() {
    Seen applies =
        Seen.nothing()
            .with(
                status(
                    OLDER, OURS, ready("Unknown", "Progressing", "in progress"), fetching(OURS)));
    assertThat(applies.fluxMoved(Duration.ofSeconds(5)).after(LONG).judged().failure()).isEmpty();
    assertThat(cause(applies.after(LONG).judged())).startsWith("Flux has been applying");
  }

  @Test
  void aSuspendedAppIsToldAtOnce() {
    assertThat(cause(Seen.nothing().suspended().judged())).contains("suspended");
  }

  @Test
  void anAppWhoseNamespaceIsNotMadeIsToldThatFluxDoesNotAnswerOnceNothingElseMovesEither() {
    Seen waits = Seen.nothing();
    assertThat(beforeNamespace(waits, null).failure()).isEmpty();
    assertThat(beforeNamespace(waits, null).lookAgain()).isPresent();
    assertThat(beforeNamespace(waits.fluxMoved(Duration.ofSeconds(5)).after(LONG), null).failure())
        .isEmpty();
    assertThat(cause(beforeNamespace(waits.after(LONG), null))).startsWith("Flux does not answer");
  }

  @Test
  void anAppWhoseNamespaceFluxIsAtWorkOnIsToldSo() {
    KustomizationStatus atWork =
        status(null, OURS, ready("Unknown", "Progressing", "in progress"), fetching(OURS));
    assertThat(cause(beforeNamespace(Seen.nothing().after(LONG), atWork)))
        .startsWith("Flux has been applying");
  }

  @Test
  void anAppWhoseTenantTheClusterWasNotToldOfIsToldThat() {
    assertThat(
            cause(Judgement.beforeNamespace(Seen.nothing().after(LONG).sight(), Optional.empty())))
        .startsWith("The cluster could not be told");
  }

  private static Judgement beforeNamespace(Seen seen, @Nullable KustomizationStatus ofTenant) {
    Kustomization tenant = new Kustomization();
    if (ofTenant != null) {
      tenant.setStatus(ofTenant);
    }
    return Judgement.beforeNamespace(seen.sight(), Optional.of(tenant));
  }

  @Test
  void anAppThatNothingIsSeenOfWaits() {
    Judgement judged = Seen.nothing().judged();
    assertThat(judged.failure()).isEmpty();
    assertThat(judged.lookAgain()).isPresent();
  }

  private static String cause(Judgement judged) {
    return judged.failure().map(Failure::cause).orElse("");
  }
}
