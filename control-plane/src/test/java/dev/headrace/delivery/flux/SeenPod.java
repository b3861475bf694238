package dev.headrace.delivery.flux;

import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateTerminatedBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** Pods as kubelet and scheduler report them. Times are counted from the deploy's delivery. */
final class SeenPod {
  private SeenPod() {}

  static Pod bare(String content, UnaryOperator<PodStatusBuilder> status) {
    return new PodBuilder()
        .withNewMetadata()
        .withName("app-k3f9a2bq-1")
        .withUid("1")
        .withCreationTimestamp(at(0))
        .addToAnnotations("headrace.dev/content", content)
        .endMetadata()
        .withNewSpec()
        .addNewContainer()
        .withName("runner")
        .withNewResources()
        .addToLimits("memory", new Quantity("128Mi"))
        .endResources()
        .endContainer()
        .endSpec()
        .withStatus(status.apply(new PodStatusBuilder()).build())
        .build();
  }

  static Pod unschedulable(String message) {
    return bare(
        Seen.CONTENT,
        status ->
            status
                .addNewCondition()
                .withType("PodScheduled")
                .withStatus("False")
                .withReason("Unschedulable")
                .withMessage(message)
                .withLastTransitionTime(at(0))
                .endCondition());
  }

  static Pod waiting(String reason, String message) {
    return container(container ->
        container
            .withNewState()
            .withNewWaiting()
            .withReason(reason)
            .withMessage(message)
            .endWaiting()
            .endState());
  }

  static Pod running(int startedAt) {
    return container(container -> runs(container, startedAt));
  }

  static Pod ready(Pod pod) {
    return new PodBuilder(pod)
        .editStatus()
        .editFirstContainerStatus()
        .withReady(true)
        .endContainerStatus()
        .endStatus()
        .build();
  }

  /** It waits to be started again, or runs again already. */
  static Pod ended(ContainerStateTerminated end, boolean again) {
    return container(container -> {
      container.withNewLastState().withTerminated(end).endLastState().withRestartCount(1);
      return again
          ? runs(container, 5)
          : container
              .withNewState()
              .withNewWaiting()
              .withReason("CrashLoopBackOff")
              .withMessage("back-off 10s restarting failed container")
              .endWaiting()
              .endState();
    });
  }

  static ContainerStateTerminated end(int exitCode, String reason, String message) {
    return new ContainerStateTerminatedBuilder()
        .withExitCode(exitCode)
        .withReason(reason)
        .withMessage(message)
        .withStartedAt(at(1))
        .build();
  }

  /** The pod was ready, and is so no more. */
  static Pod noMoreReady(Pod pod, int changedAt) {
    return new PodBuilder(pod)
        .editStatus()
        .editMatchingCondition(condition -> condition.getType().equals("Ready"))
        .withLastTransitionTime(at(changedAt))
        .endCondition()
        .endStatus()
        .build();
  }

  private static ContainerStatusBuilder runs(ContainerStatusBuilder container, int startedAt) {
    return container.withState(
        new ContainerStateBuilder()
            .withNewRunning()
            .withStartedAt(at(startedAt))
            .endRunning()
            .build());
  }

  private static Pod container(UnaryOperator<ContainerStatusBuilder> container) {
    return bare(
        Seen.CONTENT,
        status ->
            scheduled(status)
                .addToContainerStatuses(
                    container
                        .apply(new ContainerStatusBuilder().withName("runner").withReady(false))
                        .build()));
  }

  static PodStatusBuilder scheduled(PodStatusBuilder status) {
    return status
        .addNewCondition()
        .withType("PodScheduled")
        .withStatus("True")
        .withLastTransitionTime(at(0))
        .endCondition()
        .addNewCondition()
        .withType("Ready")
        .withStatus("False")
        .withLastTransitionTime(at(0))
        .endCondition();
  }

  private static String at(int seconds) {
    return Seen.DELIVERED.plus(Duration.ofSeconds(seconds)).toString();
  }
}
