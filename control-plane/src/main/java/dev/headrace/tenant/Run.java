package dev.headrace.tenant;

import dev.headrace.app.Removal;
import dev.headrace.delivery.DeliveryEngine;
import dev.headrace.git.Actor;
import dev.headrace.git.AppId;
import dev.headrace.git.CommitOutcome;
import dev.headrace.git.Contents;
import dev.headrace.git.DeployId;
import dev.headrace.git.PlatformRepository;
import dev.headrace.git.TenantChange;
import dev.headrace.git.TenantCommit;
import dev.headrace.git.TenantId;
import dev.headrace.identity.Caller;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes one tenant. Each step asks git and the runtime what there is, so a removal that was cut
 * off goes on when it is asked for again.
 */
final class Run implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(Run.class);

  /** Nobody is told when a namespace is gone. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(250);

  private final TenantId tenant;
  private final Caller operator;
  private final Optional<String> reason;
  private final Holdings holdings;
  private final Removal removal;
  private final PlatformRepository repository;
  private final DeliveryEngine engine;
  private final Clock clock;
  private volatile boolean running = true;
  private volatile Optional<String> trouble = Optional.empty();

  Run(
      TenantId tenant,
      Caller operator,
      Optional<String> reason,
      Holdings holdings,
      Removal removal,
      PlatformRepository repository,
      DeliveryEngine engine,
      Clock clock) {
    this.tenant = tenant;
    this.operator = operator;
    this.reason = reason;
    this.holdings = holdings;
    this.removal = removal;
    this.repository = repository;
    this.engine = engine;
    this.clock = clock;
  }

  String by() {
    return operator.username();
  }

  boolean isRunning() {
    return running;
  }

  /** Why it ended before its end, and what to do. */
  Optional<String> trouble() {
    return trouble;
  }

  @Override
  public void run() {
    try {
      removeApps();
      removeBaseline();
      engine.wake(tenant);
      awaitNone(() -> holdings.remains(tenant));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      trouble = Optional.of("Headrace was stopped. Ask for the removal again, and it goes on.");
    } catch (RuntimeException e) {
      log.error("the removal of tenant {} broke off", tenant, e);
      trouble =
          Optional.of("%s. Ask for the removal again, and it goes on.".formatted(e.getMessage()));
    } finally {
      running = false;
    }
  }

  /** Until none is left, since their owner may go on making some, and all is pruned. */
  private void removeApps() throws InterruptedException {
    do {
      for (AppId app : holdings.apps(tenant)) {
        requireNotStopped();
        removal.delete(operator, reason, app);
      }
      awaitNone(() -> holdings.remainsOfApps(tenant));
    } while (!holdings.apps(tenant).isEmpty());
  }

  private void removeBaseline() {
    Optional<TenantCommit> baseline = holdings.baseline(tenant);
    if (baseline.isEmpty()) {
      return;
    }
    CommitOutcome<TenantCommit> outcome =
        repository
            .commit(
                new TenantChange(
                    DeployId.next(clock, new SecureRandom()),
                    tenant,
                    new Actor(operator.userId(), operator.username()),
                    new Contents.Removed(),
                    baseline.map(TenantCommit::id)))
            .join();
    if (!(outcome instanceof CommitOutcome.Committed)) {
      throw new IllegalStateException("what was set up for it was not removed: " + outcome);
    }
  }

  private void awaitNone(Supplier<List<String>> remains) throws InterruptedException {
    while (!remains.get().isEmpty()) {
      Thread.sleep(LOOK_AGAIN);
    }
  }

  private static void requireNotStopped() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }
}
