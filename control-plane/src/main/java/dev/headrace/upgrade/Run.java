package dev.headrace.upgrade;

import dev.headrace.app.Rerender;
import dev.headrace.app.Rerender.Outdated;
import dev.headrace.app.Rerender.Standing;
import dev.headrace.delivery.Deploy;
import dev.headrace.delivery.DeployFeed;
import dev.headrace.delivery.Deploys;
import dev.headrace.delivery.Failure;
import dev.headrace.delivery.Outcome;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.CommitId;
import dev.headrace.identity.Caller;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One upgrade of all apps. Apps that are live go first, and each wave of them waits for its
 * verdicts; then those of which nothing can be learned, since they do not run. What its author is
 * changing meanwhile is left alone and taken up again at the end.
 */
final class Run implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(Run.class);

  /** Only against a message that was missed. */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  private final Collection<AppId> apps;
  private final Caller operator;
  private final Optional<String> reason;
  private final Rerender rerender;
  private final Deploys deploys;
  private final DeployFeed feed;
  private final Clock clock;

  private final Queue<Candidate> queue = new ArrayDeque<>();
  private volatile Progress progress;

  /**
   * An app whose turn will come.
   *
   * @param planned as it was when it was looked at; empty once it was left alone for its author
   */
  private record Candidate(AppId app, Optional<CommitId> planned) {}

  /**
   * What was committed at once.
   *
   * @param awaited of those that ran before
   * @param refused how many could not even be committed
   */
  private record Wave(Map<AppId, CommitId> awaited, int refused) {}

  Run(
      Collection<AppId> apps,
      Caller operator,
      Optional<String> reason,
      Rerender rerender,
      Deploys deploys,
      DeployFeed feed,
      Clock clock) {
    this.apps = apps;
    this.operator = operator;
    this.reason = reason;
    this.rerender = rerender;
    this.deploys = deploys;
    this.feed = feed;
    this.clock = clock;
    this.progress = Progress.begun(operator.username(), clock.instant(), apps.size());
  }

  Progress progress() {
    return progress;
  }

  @Override
  public void run() {
    try {
      plan();
      for (int wave = 0; !queue.isEmpty(); wave++) {
        if (!succeeds(wave)) {
          return;
        }
      }
      progress = progress.ended(Progress.State.DONE, clock.instant(), Optional.empty());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stopped("Headrace was stopped. Start the upgrade again, and it goes on.");
    } catch (RuntimeException e) {
      log.error("the upgrade broke off", e);
      stopped(
          "%s; Headrace's log says more. Start the upgrade again, and it goes on.".formatted(e));
    }
  }

  private void plan() throws InterruptedException {
    List<Candidate> down = new ArrayList<>();
    for (AppId app : apps) {
      requireNotStopped();
      look(app)
          .ifPresent(outdated -> {
            Candidate candidate = new Candidate(app, Optional.of(outdated.head().id()));
            if (outdated.standing() == Standing.DOWN) {
              down.add(candidate);
            } else {
              queue.add(candidate);
            }
          });
    }
    queue.addAll(down);
  }

  /** Empty where nothing is left to do, which is noted. */
  private Optional<Outdated> look(AppId app) {
    try {
      Optional<Outdated> outdated = rerender.look(app);
      if (outdated.isEmpty()) {
        progress = progress.oneMoreDone();
      }
      return outdated;
    } catch (RuntimeException e) {
      failed(app, "It could not be rendered: " + e.getMessage());
      return Optional.empty();
    }
  }

  /** Whether so few failed that the upgrade may go on. */
  private boolean succeeds(int number) throws InterruptedException {
    Wave wave = commit(Waves.size(number));
    int failures = wave.refused() + failuresOf(wave.awaited());
    int judged = wave.awaited().size() + wave.refused();
    if (Waves.isTooMany(failures, judged)) {
      stopped(
          ("Of %d apps that were upgraded together %d failed, so no more are upgraded. The failed ones"
                  + " go on with the version before. Mend what the failures say and start the"
                  + " upgrade again; it leaves out what is done.")
              .formatted(judged, failures));
      return false;
    }
    return true;
  }

  private Wave commit(int most) throws InterruptedException {
    Map<AppId, CommitId> awaited = new HashMap<>();
    int refused = 0;
    for (int taken = 0; taken < most && !queue.isEmpty(); ) {
      requireNotStopped();
      Candidate candidate = queue.remove();
      Optional<Outdated> outdated = look(candidate.app());
      if (outdated.isEmpty()) {
        continue;
      }
      if (isBeingChanged(candidate, outdated.get())) {
        queue.add(new Candidate(candidate.app(), Optional.empty()));
        continue;
      }
      try {
        Optional<AppCommit> made = rerender.commit(operator, reason, outdated.get());
        if (made.isEmpty()) {
          queue.add(new Candidate(candidate.app(), Optional.empty()));
          continue;
        }
        if (outdated.get().standing() == Standing.DOWN) {
          progress = progress.oneMoreDone();
        } else {
          awaited.put(candidate.app(), made.get().id());
        }
      } catch (RuntimeException e) {
        failed(candidate.app(), "It could not be committed: " + e.getMessage());
        refused++;
      }
      taken++;
    }
    return new Wave(awaited, refused);
  }

  /** Its author is let go first, once. */
  private static boolean isBeingChanged(Candidate candidate, Outdated now) {
    return candidate.planned().isPresent()
        && (now.standing() == Standing.CHANGING
            || !candidate.planned().equals(Optional.of(now.head().id())));
  }

  /** Waits until each of these is live, failed, or overtaken by its author. */
  private int failuresOf(Map<AppId, CommitId> awaited) throws InterruptedException {
    Map<AppId, CommitId> open = new HashMap<>(awaited);
    int failures = 0;
    try (DeployFeed.Watch watch = feed.watch(awaited::containsKey)) {
      while (true) {
        for (Map.Entry<AppId, CommitId> waiting : List.copyOf(open.entrySet())) {
          Deploy deploy = deploys.find(waiting.getValue()).orElseThrow();
          if (deploy.outcome() != Outcome.IN_PROGRESS) {
            open.remove(waiting.getKey());
            failures += isFailure(deploy) ? 1 : 0;
          }
        }
        if (open.isEmpty()) {
          return failures;
        }
        var _ = watch.await(LONGEST_WAIT);
      }
    }
  }

  private boolean isFailure(Deploy ended) {
    AppId app = ended.commit().app();
    switch (ended.outcome()) {
      case FAILED -> failed(app, ended.failure().map(Failure::cause).orElse("It failed."));
      case SUPERSEDED -> queue.add(new Candidate(app, Optional.empty()));
      case LIVE, UNKNOWN, IN_PROGRESS -> progress = progress.oneMoreDone();
    }
    return ended.outcome() == Outcome.FAILED;
  }

  private void failed(AppId app, String cause) {
    progress = progress.with(new Progress.Failed(app, cause));
  }

  private void stopped(String why) {
    progress = progress.ended(Progress.State.STOPPED, clock.instant(), Optional.of(why));
  }

  private static void requireNotStopped() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }
}
