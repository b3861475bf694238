package dev.headrace.delivery.flux;

import static dev.headrace.delivery.flux.Seen.CONTENT;
import static dev.headrace.delivery.flux.Seen.OLDER_CONTENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.delivery.Failure;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PodFailuresTest {
  private static final Deployment STARTING = Seen.deployment(CONTENT, 1, 1, 0);
  private static final String TRACEBACK =
      """
      {"headrace":"error","kind":"ValueError","message":"no","traceback":"Traceback ...",\
      "file":"main.py","line":12}\
      """;

  @Test
  void aPodWithoutANodeIsToldAfterAMoment() {
    Seen seen = seen(SeenPod.unschedulable("0/1 nodes are available: 1 Insufficient cpu."));
    assertThat(seen.judged().failure()).isEmpty();
    assertThat(seen.judged().lookAgain()).contains(Duration.ofSeconds(4));
    Failure failure = failure(seen.after(Duration.ofSeconds(6)));
    assertThat(failure.cause()).isEqualTo("No node of the cluster has room for the app.");
    assertThat(failure.evidence()).hasValueSatisfying(said -> assertThat(said).contains("cpu"));
  }

  @Test
  void anImageThatCannotBeFetchedIsTold() {
    for (String reason : new String[] {"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull"}) {
      Failure failure = failure(seen(SeenPod.waiting(reason, "no such host")));
      assertThat(failure.cause()).isEqualTo("The image that apps run in cannot be fetched.");
      assertThat(failure.evidence()).contains("no such host");
    }
  }

  @Test
  void aContainerThatCannotBeCreatedIsTold() {
    String cause = "The app's container cannot be created.";
    assertThat(failure(seen(SeenPod.waiting("CreateContainerConfigError", "no"))).cause())
        .isEqualTo(cause);
    assertThat(
            failure(
                    seen(
                        SeenPod.ended(SeenPod.end(128, "StartError", "exec: no such file"), false)))
                .cause())
        .isEqualTo(cause);
  }

  @Test
  void whatMustBeThereBeforeTheContainerIsToldByKubeletsWarning() {
    Seen seen =
        seen(SeenPod.waiting("ContainerCreating", ""))
            .warned("MountVolume.SetUp failed: configmap not found");
    assertThat(seen.judged().failure()).isEmpty();
    assertThat(seen.judged().lookAgain()).contains(Duration.ofSeconds(9));
    Failure failure = failure(seen.after(Duration.ofSeconds(11)));
    assertThat(failure.cause()).isEqualTo("The app's container cannot be created.");
    assertThat(failure.evidence()).contains("MountVolume.SetUp failed: configmap not found");
  }

  @Test
  void aNodeThatDoesNothingIsTold() {
    Seen seen = seen(SeenPod.bare(CONTENT, SeenPod::scheduled));
    assertThat(seen.after(Duration.ofSeconds(59)).judged().failure()).isEmpty();
    assertThat(failure(seen.after(Duration.ofSeconds(61))).cause())
        .startsWith("The node has not started the app");
  }

  @Test
  void anEndAtTheStartIsToldWithItsTraceback() {
    for (boolean again : new boolean[] {false, true}) {
      Failure failure = failure(seen(SeenPod.ended(SeenPod.end(1, "Error", TRACEBACK), again)));
      assertThat(failure.cause()).isEqualTo("The app ended while it started: ValueError: no");
      assertThat(failure.evidence()).contains("Traceback ...");
      assertThat(failure.file()).contains("main.py");
      assertThat(failure.line()).hasValue(12);
    }
  }

  @Test
  void anEndAfterItAnsweredIsNotToldAsOneOfItsStart() {
    Pod crashed = SeenPod.noMoreReady(SeenPod.ended(SeenPod.end(1, "Error", TRACEBACK), false), 9);
    assertThat(failure(seen(crashed)).cause()).isEqualTo("The app ended: ValueError: no");
    String asTheRunnerSays = TRACEBACK.replace("{", "{\"phase\":\"run\",");
    assertThat(
            failure(seen(SeenPod.ended(SeenPod.end(1, "Error", asTheRunnerSays), false))).cause())
        .isEqualTo("The app ended: ValueError: no");
  }

  @Test
  void anEndWithoutAWordIsToldWithItsExitCode() {
    assertThat(failure(seen(SeenPod.ended(SeenPod.end(3, "Error", ""), false))).cause())
        .isEqualTo("The app ended while it started (exit code 3).");
  }

  @Test
  void tooMuchMemoryIsToldWithTheLimit() {
    Pod killed = SeenPod.ended(SeenPod.end(137, "OOMKilled", ""), false);
    assertThat(failure(seen(killed)).cause())
        .isEqualTo("The app used more memory than it may (128Mi) while it started.");
    assertThat(failure(seen(SeenPod.noMoreReady(killed, 9))).cause())
        .isEqualTo("The app used more memory than it may (128Mi).");
  }

  @Test
  void anAppThatDoesNotAnswerInTimeIsTold() {
    Seen seen = seen(SeenPod.running(1)).warned("Readiness probe failed: timeout");
    assertThat(seen.after(Duration.ofSeconds(11)).judged().failure()).isEmpty();
    assertThat(seen.after(Duration.ofSeconds(11)).judged().lookAgain())
        .contains(Duration.ofSeconds(20));
    Failure failure = failure(seen.after(Duration.ofSeconds(32)));
    assertThat(failure.cause()).isEqualTo("The app did not answer within 30 seconds of its start.");
    assertThat(failure.evidence()).contains("Readiness probe failed: timeout");
  }

  @Test
  void anAppThatAnsweredOnceIsNotTooSlowToStart() {
    Seen seen = seen(SeenPod.noMoreReady(SeenPod.running(1), 20));
    assertThat(failure(seen.after(Duration.ofSeconds(40))).cause())
        .isEqualTo("The app started, but does not answer any more.");
  }

  @Test
  void whatKubeletEndedForNotAnsweringIsToldAsThat() {
    Pod ended = SeenPod.ended(SeenPod.end(137, "Error", ""), true);
    assertThat(failure(seen(ended).warned("Liveness probe failed: timeout")).cause())
        .startsWith("The app did not answer within 30 seconds");
    assertThat(
            failure(seen(SeenPod.noMoreReady(ended, 3)).warned("Liveness probe failed: timeout"))
                .cause())
        .isEqualTo("The app started, but does not answer any more.");
  }

  @Test
  void aPodThatIsReadyIsNoFailureWhateverWasBefore() {
    Pod recovered = SeenPod.ready(SeenPod.ended(SeenPod.end(1, "Error", TRACEBACK), true));
    assertThat(seen(recovered).judged().failure()).isEmpty();
  }

  @Test
  void podsOfOtherVersionsAndPodsThatGoAreNotOurs() {
    Pod other =
        SeenPod.bare(
            OLDER_CONTENT,
            status -> SeenPod.scheduled(status).withPhase("Failed").withReason("Evicted"));
    Pod going =
        new PodBuilder(SeenPod.ended(SeenPod.end(1, "Error", TRACEBACK), false))
            .editMetadata()
            .withDeletionTimestamp(Seen.DELIVERED.toString())
            .endMetadata()
            .build();
    assertThat(seen(other, going).judged().failure()).isEmpty();
  }

  @Test
  void aPodThatItsNodePutOutIsToldUntilThereIsAnother() {
    Pod evicted =
        SeenPod.bare(
            CONTENT,
            status ->
                SeenPod.scheduled(status)
                    .withPhase("Failed")
                    .withReason("Evicted")
                    .withMessage("the node was low on memory"));
    assertThat(failure(seen(evicted)).cause())
        .isEqualTo("The node did not keep the app's pod (Evicted).");
    assertThat(seen(SeenPod.ready(SeenPod.running(1)), evicted).judged().failure()).isEmpty();
  }

  @Test
  void aPodThatMayNotBeCreatedIsTold() {
    assertThat(failure(seenRefused("exceeded quota: tenant")).cause())
        .isEqualTo("Your apps would use more than you are allowed together.");
    assertThat(failure(seenRefused("because it is being terminated")).cause())
        .isEqualTo("The namespace of your apps is being removed.");
    assertThat(failure(seenRefused("violates PodSecurity")).cause())
        .isEqualTo("The cluster does not let the app's pod be created.");
  }

  @Test
  void whatKeptTheDeploymentBeforeFromCreatingPodsIsNotOurs() {
    Deployment behind =
        new DeploymentBuilder(refused("exceeded quota: tenant"))
            .editMetadata()
            .withGeneration(4L)
            .endMetadata()
            .build();
    assertThat(Seen.nothing().with(Seen.applied()).with(behind).judged().failure()).isEmpty();
  }

  private static Seen seen(Pod... pods) {
    return Seen.nothing().with(Seen.applied()).with(STARTING).with(pods);
  }

  private static Seen seenRefused(String message) {
    return Seen.nothing().with(Seen.applied()).with(refused(message));
  }

  private static Deployment refused(String message) {
    return new DeploymentBuilder(STARTING)
        .editStatus()
        .addNewCondition()
        .withType("ReplicaFailure")
        .withStatus("True")
        .withReason("FailedCreate")
        .withMessage(message)
        .endCondition()
        .endStatus()
        .build();
  }

  private static Failure failure(Seen seen) {
    return seen.judged().failure().orElseThrow();
  }
}
