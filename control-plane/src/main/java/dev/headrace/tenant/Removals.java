package dev.headrace.tenant;

import dev.headrace.app.Removal;
import dev.headrace.delivery.DeliveryEngine;
import dev.headrace.git.PlatformRepository;
import dev.headrace.git.TenantId;
import dev.headrace.identity.Caller;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/** One removal at a time for each tenant, each on a thread of its own. Thread-safe. */
final class Removals implements SmartLifecycle {
  private static final Duration END_LIMIT = Duration.ofSeconds(5);

  private final Holdings holdings;
  private final Removal removal;
  private final PlatformRepository repository;
  private final DeliveryEngine engine;
  private final Clock clock;
  private final Map<TenantId, Run> runs = new HashMap<>();
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("removal-", 0).factory());
  private volatile boolean running;

  Removals(
      Holdings holdings,
      Removal removal,
      PlatformRepository repository,
      DeliveryEngine engine,
      Clock clock) {
    this.holdings = holdings;
    this.removal = removal;
    this.repository = repository;
    this.engine = engine;
    this.clock = clock;
  }

  /** Begins, or goes on; nothing where one is under way. */
  synchronized void start(TenantId tenant, Caller operator, Optional<String> reason) {
    @Nullable Run present = runs.get(tenant);
    if (present == null || !present.isRunning()) {
      Run run = new Run(tenant, operator, reason, holdings, removal, repository, engine, clock);
      runs.put(tenant, run);
      threads.execute(run);
    }
  }

  /** The newest since the platform started. */
  synchronized Optional<Run> newest(TenantId tenant) {
    return Optional.ofNullable(runs.get(tenant));
  }

  @Override
  public void start() {
    running = true;
  }

  /** Before what removals need is closed. */
  @Override
  public void stop() {
    running = false;
    threads.shutdownNow();
    try {
      var _ = threads.awaitTermination(END_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }
}
