package dev.headrace.upgrade;

import dev.headrace.app.Rerender;
import dev.headrace.delivery.DeployFeed;
import dev.headrace.delivery.Deploys;
import dev.headrace.git.PlatformRepository;
import dev.headrace.identity.Caller;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/**
 * One upgrade at a time, on a thread of its own. A restart of the platform ends it; started again
 * it goes on, since what is done is equal to what would be rendered. Thread-safe.
 */
final class Upgrades implements SmartLifecycle {
  private static final Duration END_LIMIT = Duration.ofSeconds(5);

  private final PlatformRepository repository;
  private final Rerender rerender;
  private final Deploys deploys;
  private final DeployFeed feed;
  private final Clock clock;
  private volatile boolean running;
  private @Nullable Run newest;
  private final ExecutorService thread =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("upgrade").factory());

  Upgrades(
      PlatformRepository repository,
      Rerender rerender,
      Deploys deploys,
      DeployFeed feed,
      Clock clock) {
    this.repository = repository;
    this.rerender = rerender;
    this.deploys = deploys;
    this.feed = feed;
    this.clock = clock;
  }

  /** The progress of the new upgrade, or of the one that runs already. */
  synchronized Progress start(Caller operator, Optional<String> reason) {
    if (newest == null || newest.progress().state() != Progress.State.RUNNING) {
      Run run =
          new Run(
              repository.apps(repository.head()), operator, reason, rerender, deploys, feed, clock);
      newest = run;
      thread.execute(run);
    }
    return newest.progress();
  }

  synchronized Optional<Progress> progress() {
    return Optional.ofNullable(newest).map(Run::progress);
  }

  @Override
  public void start() {
    running = true;
  }

  /** Before what the upgrade needs is closed. */
  @Override
  public void stop() {
    running = false;
    thread.shutdownNow();
    try {
      var _ = thread.awaitTermination(END_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }
}
