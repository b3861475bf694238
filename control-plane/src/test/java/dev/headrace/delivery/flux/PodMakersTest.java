package dev.headrace.delivery.flux;

import static dev.headrace.delivery.flux.Seen.CONTENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.delivery.Failure;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PodMakersTest {
  private static final Deployment WITHOUT_PODS = Seen.deployment(CONTENT, 1, 0, 1);
  private static final Duration SHORT = Duration.ofSeconds(4);
  private static final Duration LONG = Duration.ofSeconds(11);

  @Test
  void aDeploymentThatNobodyMakesPodsForIsToldAfterAWhile() {
    Seen undone = seen(WITHOUT_PODS);
    assertThat(undone.after(SHORT).judged().failure()).isEmpty();
    assertThat(undone.after(SHORT).judged().lookAgain()).contains(Duration.ofSeconds(6));
    Failure failure = failure(undone.after(LONG));
    assertThat(failure.cause()).startsWith("Nothing in the cluster has made a pod for the app");
    assertThat(failure.nextStep()).contains("kube-controller-manager");
  }

  @Test
  void aDeploymentThatItsControllerNeverSawIsToldWithItsGeneration() {
    Deployment unseen = new DeploymentBuilder(WITHOUT_PODS).withStatus(null).build();
    assertThat(failure(seen(unseen).after(LONG)).evidence())
        .hasValueSatisfying(
            said -> assertThat(said).contains("at generation 3, its controller at 0"));
  }

  @Test
  void controllersThatAreBusyWithOtherAppsAreNotSilent() {
    Seen busy =
        seen(WITHOUT_PODS).controllersMoved(Duration.ofSeconds(25)).after(Duration.ofSeconds(30));
    assertThat(busy.judged().failure()).isEmpty();
    assertThat(busy.judged().lookAgain()).contains(Duration.ofSeconds(5));
  }

  @Test
  void aDeploymentThatIsToHaveNoPodsWaitsForNobody() {
    Deployment none =
        new DeploymentBuilder(WITHOUT_PODS).editSpec().withReplicas(0).endSpec().build();
    assertThat(seen(none).after(LONG).judged().failure()).isEmpty();
    assertThat(seen(none).after(LONG).judged().lookAgain()).isEmpty();
  }

  @Test
  void aReadyPodThatNobodyCountsIsToldAfterAWhile() {
    Pod ready = SeenPod.noMoreReady(SeenPod.ready(SeenPod.running(1)), 20);
    Seen uncounted = seen(Seen.deployment(CONTENT, 2, 1, 1)).with(ready);
    assertThat(uncounted.after(Duration.ofSeconds(24)).judged().failure()).isEmpty();
    assertThat(uncounted.after(Duration.ofSeconds(24)).judged().lookAgain())
        .contains(Duration.ofSeconds(6));
    assertThat(failure(uncounted.after(Duration.ofSeconds(31))).cause())
        .startsWith("The app's pod is ready, but nothing in the cluster");
  }

  @Test
  void aPodThatNobodyGivesANodeIsToldAfterAWhile() {
    Seen unplaced = seen(WITHOUT_PODS).with(SeenPod.bare(CONTENT, status -> status));
    assertThat(unplaced.after(SHORT).judged().failure()).isEmpty();
    assertThat(unplaced.after(SHORT).judged().lookAgain()).contains(Duration.ofSeconds(6));
    Failure failure = failure(unplaced.after(LONG));
    assertThat(failure.cause()).startsWith("Nothing in the cluster has given the app's pod a node");
    assertThat(failure.nextStep()).contains("kube-scheduler");
  }

  @Test
  void aSchedulerThatIsBusyWithOtherPodsIsNotSilent() {
    Seen busy =
        seen(WITHOUT_PODS)
            .with(SeenPod.bare(CONTENT, status -> status))
            .schedulerMoved(Duration.ofSeconds(25))
            .after(Duration.ofSeconds(30));
    assertThat(busy.judged().failure()).isEmpty();
    assertThat(busy.judged().lookAgain()).contains(Duration.ofSeconds(5));
  }

  private static Seen seen(Deployment deployment) {
    return Seen.nothing().with(Seen.applied()).with(deployment);
  }

  private static Failure failure(Seen seen) {
    return seen.judged().failure().orElseThrow();
  }
}
