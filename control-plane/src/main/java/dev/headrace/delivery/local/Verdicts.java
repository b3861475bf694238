package dev.headrace.delivery.local;

import dev.headrace.delivery.Deploys;
import dev.headrace.delivery.Failure;
import dev.headrace.delivery.Stage;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Notes how far the deploys of one app came. What the app's address answers decides. */
final class Verdicts {
  private final AppId app;
  private final Deploys deploys;
  private final LocalRuntime runtime;

  Verdicts(AppId app, Deploys deploys, LocalRuntime runtime) {
    this.app = app;
    this.deploys = deploys;
    this.runtime = runtime;
  }

  /** Older versions will not become live any more. */
  void reached(Optional<AppCommit> deploy, List<Stage> stages) {
    deploy.ifPresent(reached -> {
      int version = reached.version().orElseThrow();
      deploys.supersede(app, version - 1, OptionalInt.of(version));
      deploys.reached(reached, stages);
    });
  }

  void confirm(Blueprint served) {
    if (served.deploy().isEmpty()) {
      return;
    }
    AppCommit deploy = served.deploy().get();
    Optional<String> answered = runtime.contentBehindRoute(app, served.ownerId());
    if (answered.equals(Optional.of(served.content()))) {
      deploys.live(deploy);
    } else {
      deploys.failed(deploy, Failures.routeDiffers(answered));
    }
  }

  /** Nothing of the app runs any more. */
  void confirmStopped(Blueprints.Wanted.Stopped wanted) {
    if (wanted.deploy().isEmpty()) {
      return;
    }
    AppCommit deploy = wanted.deploy().get();
    if (runtime.saysStopped(app, wanted.ownerId())) {
      deploys.rests(deploy);
    } else {
      deploys.failed(deploy, Failures.notStopped());
    }
  }

  void refused(Blueprint refused, Failure failure, boolean anotherServes) {
    refused
        .deploy()
        .ifPresent(deploy -> deploys.failed(deploy, failure.whileServing(anotherServes)));
  }

  void unreadable(AppCommit deploy, String why, boolean anotherServes) {
    deploys.unreadable(deploy, why, anotherServes);
  }

  /**
   * @param last the newest version of the app that was deleted
   */
  void deleted(Optional<AppCommit> last) {
    last.ifPresent(
        newest -> deploys.supersede(app, newest.version().orElseThrow(), OptionalInt.empty()));
    deploys.gone(app);
  }

  /** What runs changed, without any change to a deploy. */
  void touched() {
    deploys.touched(app);
  }
}
