package dev.headrace.delivery.flux;

import dev.headrace.delivery.Deploy;
import dev.headrace.delivery.Deploys;
import dev.headrace.delivery.Failure;
import dev.headrace.delivery.Outcome;
import dev.headrace.delivery.Stage;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * One deploy on its way to a verdict, and what was written of it already. Used by one thread at a
 * time.
 */
final class Following {
  private final Target target;
  private final Instant since;
  private final Deploys deploys;
  private final EnumSet<Stage> noted = EnumSet.noneOf(Stage.class);
  private Optional<Failure> failure = Optional.empty();
  private Optional<Instant> rolledOut = Optional.empty();
  private Outcome outcome = Outcome.IN_PROGRESS;

  private Following(Target target, Instant since, Deploys deploys) {
    this.target = target;
    this.since = since;
    this.deploys = deploys;
  }

  /** Goes on from what is known of it; older versions will not become live any more. */
  static Following from(Target target, Instant since, Deploys deploys) {
    Following following = new Following(target, since, deploys);
    deploys.supersede(target.app(), target.version() - 1, OptionalInt.of(target.version()));
    deploys.find(target.deploy().id()).ifPresent(following::goOn);
    return following;
  }

  private void goOn(Deploy known) {
    outcome = known.outcome();
    failure = known.failure();
    known.stages().forEach(step -> noted.add(step.stage()));
  }

  Target target() {
    return target;
  }

  /** When the cluster was told of it, as far as this process knows. */
  Instant since() {
    return since;
  }

  boolean isLive() {
    return outcome == Outcome.LIVE;
  }

  void reached(Set<Stage> stages) {
    List<Stage> fresh = stages.stream().filter(stage -> !noted.contains(stage)).sorted().toList();
    if (!fresh.isEmpty() && outcome == Outcome.IN_PROGRESS) {
      deploys.reached(target.deploy(), fresh);
    }
    noted.addAll(fresh);
  }

  void failed(Failure seen) {
    Failure told = seen.whileServing(deploys.serving(target.app()).isPresent());
    if (outcome == Outcome.FAILED) {
      if (!failure.equals(Optional.of(told))) {
        deploys.failsOtherwise(target.deploy(), told);
      }
    } else {
      deploys.failed(target.deploy(), told);
    }
    outcome = Outcome.FAILED;
    failure = Optional.of(told);
  }

  /** Since when nothing but the route is left to be seen. */
  Instant rolledOut(Instant now) {
    rolledOut = rolledOut.or(() -> Optional.of(now));
    return rolledOut.orElseThrow();
  }

  void live() {
    if (target.replicas() == 0) {
      deploys.rests(target.deploy());
    } else {
      deploys.live(target.deploy());
    }
    outcome = Outcome.LIVE;
  }
}
