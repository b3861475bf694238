package dev.headrace.app;

import dev.headrace.delivery.DeliveryEngine.RuntimeState;
import dev.headrace.delivery.Deploy;
import dev.headrace.delivery.Failure;
import dev.headrace.delivery.Outcome;
import dev.headrace.delivery.Stage;
import java.util.Optional;

/**
 * An app's state in the words of today's clients, from its newest version's verdict and from what
 * runs.
 *
 * @param status deploying, running, stopped or error
 * @param stage the finer word
 * @param ready the newest version is the one that answers
 * @param pod the state of what runs, in Kubernetes' words
 */
record AppStatus(String status, String stage, boolean ready, String pod, Optional<String> error) {
  private static final String DEPLOYING = "deploying";
  private static final String RUNNING = "running";
  private static final String STOPPED = "stopped";
  private static final String ERROR = "error";

  static AppStatus of(Optional<Deploy> newest, RuntimeState runtime) {
    String pod = pod(runtime);
    if (newest.isEmpty()) {
      return new AppStatus(DEPLOYING, DEPLOYING, false, pod, Optional.empty());
    }
    Deploy deploy = newest.get();
    return switch (deploy.outcome()) {
      case IN_PROGRESS -> new AppStatus(DEPLOYING, stage(deploy), false, pod, Optional.empty());
      case FAILED ->
          new AppStatus(ERROR, ERROR, false, pod, deploy.failure().map(AppStatus::explained));
      case LIVE, UNKNOWN, SUPERSEDED -> afterwards(deploy.outcome(), runtime, pod);
    };
  }

  private static AppStatus afterwards(Outcome outcome, RuntimeState runtime, String pod) {
    return switch (runtime) {
      case RuntimeState.Running running ->
          new AppStatus(RUNNING, RUNNING, outcome == Outcome.LIVE, pod, Optional.empty());
      case RuntimeState.Crashed(String reason) ->
          new AppStatus(ERROR, ERROR, false, pod, Optional.of(reason));
      case RuntimeState.Starting starting ->
          new AppStatus(DEPLOYING, "starting", false, pod, Optional.empty());
      case RuntimeState.Stopped stopped ->
          new AppStatus(STOPPED, STOPPED, false, pod, Optional.empty());
      case RuntimeState.Absent absent ->
          new AppStatus(DEPLOYING, "pending", false, pod, Optional.empty());
    };
  }

  private static String stage(Deploy deploy) {
    Stage reached = deploy.stages().getLast().stage();
    return switch (reached) {
      case COMMITTED -> "pending";
      case FETCHED -> "pulled";
      case APPLIED -> "creating";
      case STARTING, LIVE, FAILED, SUPERSEDED -> "starting";
    };
  }

  private static String pod(RuntimeState runtime) {
    return switch (runtime) {
      case RuntimeState.Running running -> "Running";
      case RuntimeState.Starting starting -> "Pending";
      case RuntimeState.Crashed crashed -> "NotReady";
      case RuntimeState.Stopped stopped -> "NotFound";
      case RuntimeState.Absent absent -> "NotFound";
    };
  }

  private static String explained(Failure failure) {
    return failure.evidence().map(said -> failure.cause() + "\n" + said).orElse(failure.cause());
  }
}
