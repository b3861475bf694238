package dev.headrace.delivery.flux;

import dev.headrace.delivery.DeliveryEngine.RuntimeState;
import dev.headrace.delivery.Failure;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/** What runs for an app now, whatever its deploys say. */
final class RuntimeStates {
  private RuntimeStates() {}

  static RuntimeState of(
      Target target, Judgement.Sight sight, Supplier<OptionalInt> servingVersion) {
    Optional<Deployment> deployment = sight.deployment();
    if (target.replicas() == 0) {
      return new RuntimeState.Stopped();
    }
    if (deployment.isEmpty()) {
      return new RuntimeState.Starting();
    }
    if (isAvailable(deployment.get())) {
      return new RuntimeState.Running(servingVersion.get());
    }
    return new PodFailures(sight)
        .look(deployment.get())
        .failure()
        .map(Failure::cause)
        .<RuntimeState>map(RuntimeState.Crashed::new)
        .orElseGet(RuntimeState.Starting::new);
  }

  private static boolean isAvailable(Deployment deployment) {
    return deployment.getStatus() != null
        && deployment.getStatus().getAvailableReplicas() != null
        && deployment.getStatus().getAvailableReplicas() > 0;
  }
}
