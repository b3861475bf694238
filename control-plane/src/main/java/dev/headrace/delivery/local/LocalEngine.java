package dev.headrace.delivery.local;

import dev.headrace.delivery.DeliveryEngine;
import dev.headrace.delivery.Deploys;
import dev.headrace.git.AppId;
import dev.headrace.git.DirectoryId;
import dev.headrace.git.PlatformRepository;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Runs every app of git's head as a process of this machine. */
final class LocalEngine implements DeliveryEngine, AutoCloseable {
  private final PlatformRepository repository;
  private final Deploys deploys;
  private final LocalRuntime runtime;
  private final Blueprints blueprints;
  private final Clock clock;
  private final Map<AppId, LocalApp> apps = new ConcurrentHashMap<>();

  LocalEngine(
      PlatformRepository repository,
      Deploys deploys,
      LocalRuntime runtime,
      Blueprints blueprints,
      Clock clock) {
    this.repository = repository;
    this.deploys = deploys;
    this.runtime = runtime;
    this.blueprints = blueprints;
    this.clock = clock;
  }

  @Override
  public void start() {
    runtime.forkServer();
    repository.apps(repository.head()).forEach(this::wakeApp);
  }

  /** Nothing is set up for tenants on one machine. */
  @Override
  public void wake(DirectoryId directory) {
    if (directory instanceof AppId app) {
      wakeApp(app);
    }
  }

  private void wakeApp(AppId app) {
    apps.compute(
        app,
        (id, known) -> {
          LocalApp local = known == null ? started(id) : known;
          local.wake();
          return local;
        });
  }

  private LocalApp started(AppId app) {
    return new LocalApp(
        app, deploys, runtime, blueprints, new RestartBackoff(clock), () -> isForgotten(app));
  }

  /** In step with {@link #wakeApp}: who has been told something since is kept. */
  private boolean isForgotten(AppId app) {
    return apps.computeIfPresent(app, (_, known) -> known.isIdle() ? null : known) == null;
  }

  @Override
  public Optional<String> remains(DirectoryId removed) {
    return removed instanceof AppId app && apps.containsKey(app)
        ? Optional.of("processes of app %s are being ended".formatted(app))
        : Optional.empty();
  }

  @Override
  public RuntimeState state(AppId app) {
    @Nullable LocalApp known = apps.get(app);
    return known == null ? new RuntimeState.Absent() : known.state();
  }

  @Override
  public Logs logs(AppId app, int most, Optional<Instant> since) {
    @Nullable LocalApp known = apps.get(app);
    return known == null
        ? new Logs(Optional.empty(), List.of(), false)
        : known.logs().newest(most, since);
  }

  @Override
  public Optional<String> caveat() {
    return runtime.missingIsolation();
  }

  @Override
  public String url(AppId app) {
    return "http://app-%s.localhost:%d".formatted(app.value(), runtime.proxy().port());
  }

  @Override
  public void close() {
    apps.values().forEach(LocalApp::stop);
    runtime.close();
  }
}
