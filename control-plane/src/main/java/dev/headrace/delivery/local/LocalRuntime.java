package dev.headrace.delivery.local;

import dev.headrace.git.AppId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** What all apps of this machine share: the fork server, the proxy, the timer. Thread-safe. */
final class LocalRuntime implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LocalRuntime.class);
  private static final Duration READY_LIMIT = Duration.ofSeconds(30);
  private static final Duration LONGEST_TURN = Duration.ofMillis(500);
  private static final long LONGEST_ANSWER = 4_096;
  private static final Duration PROBE_LIMIT = Duration.ofSeconds(5);

  private final List<String> command;
  private final JsonMapper json;
  private final Clock clock;
  private final AppsProxy proxy;
  private final Duration startLimit;
  private final HttpClient probe =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(PROBE_LIMIT)
          .build();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("apps-timer").factory());
  private final StartTurns turns =
      new StartTurns(Math.max(1, Runtime.getRuntime().availableProcessors() / 2), LONGEST_TURN);
  private final AtomicLong started = new AtomicLong();
  private @Nullable ForkServer forkServer;

  LocalRuntime(
      List<String> command, JsonMapper json, Clock clock, AppsProxy proxy, Duration startLimit) {
    this.command = command;
    this.json = json;
    this.clock = clock;
    this.proxy = proxy;
    this.startLimit = startLimit;
  }

  AppsProxy proxy() {
    return proxy;
  }

  Duration startLimit() {
    return startLimit;
  }

  StartTurns turns() {
    return turns;
  }

  /** The events of an instance come in order, on a thread that must not be held up. */
  Instance start(Blueprint blueprint, BiConsumer<Instance, RunnerEvent> events) {
    String name = "app-%s-%d".formatted(blueprint.appId(), started.incrementAndGet());
    Instance instance = new Instance(name, blueprint);
    forkServer().start(blueprint.launch(name), event -> events.accept(instance, event));
    return instance;
  }

  void stop(Instance instance, Duration grace) {
    forkServer().stop(instance.name(), grace);
  }

  void after(Duration delay, Runnable action) {
    try {
      var _ = timer.schedule(action, delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("the platform is stopping: {}", e.getMessage());
    }
  }

  /** The content digest that the app's public address answers with now. */
  Optional<String> contentBehindRoute(AppId app, String ownerId) {
    return content(route(app, ownerId));
  }

  /** Whether the app's public address says that the app is stopped. */
  boolean saysStopped(AppId app, String ownerId) {
    return ask(route(app, ownerId))
        .filter(
            answer -> answer.statusCode() == 503 && answer.body().strip().equals(AppsProxy.STOPPED))
        .isPresent();
  }

  private String route(AppId app, String ownerId) {
    return "http://%s/user/%s/app/%s".formatted(proxy.reachableAt(), ownerId, app.value());
  }

  /** The content digest that the instance on this port answers with. */
  Optional<String> contentAt(int port) {
    return content("http://127.0.0.1:" + port);
  }

  private Optional<String> content(String base) {
    try {
      return ask(base)
          .filter(answer -> answer.statusCode() == 200)
          .map(answer -> json.readTree(answer.body()).path("content").asString(""));
    } catch (JacksonException e) {
      log.warn("{} answers what is no JSON: {}", base, e.toString());
      return Optional.empty();
    }
  }

  private Optional<HttpResponse<String>> ask(String base) {
    URI address = URI.create(base + "/.headrace/health");
    HttpRequest request = HttpRequest.newBuilder(address).build();
    CompletableFuture<HttpResponse<String>> asked =
        probe.sendAsync(
            request,
            HttpResponse.BodyHandlers.limiting(
                HttpResponse.BodyHandlers.ofString(), LONGEST_ANSWER));
    try {
      return Optional.of(asked.get(PROBE_LIMIT.toSeconds(), TimeUnit.SECONDS));
    } catch (ExecutionException | TimeoutException e) {
      log.warn("{} does not answer: {}", address, e.toString());
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } finally {
      asked.cancel(true);
    }
  }

  /** Why apps are not separated from this machine, where they are not; waits for the runner. */
  Optional<String> missingIsolation() {
    try {
      ForkServer.Isolation isolation =
          forkServer().ready().get(READY_LIMIT.toSeconds(), TimeUnit.SECONDS);
      return isolation.complete() ? Optional.empty() : Optional.of(isolation.detail());
    } catch (ExecutionException | TimeoutException e) {
      return Optional.of("the runner does not start: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("the platform is stopping");
    }
  }

  /** Starts the fork server if none runs; a new one knows nothing of the old one's instances. */
  synchronized ForkServer forkServer() {
    if (forkServer == null || !forkServer.isAlive()) {
      try {
        forkServer = new ForkServer(command, json, clock);
      } catch (IOException e) {
        throw new IllegalStateException(
            "%s could not be started; is the runner's virtual environment there?"
                .formatted(command.getFirst()),
            e);
      }
    }
    return forkServer;
  }

  @Override
  public void close() {
    timer.shutdownNow();
    ForkServer running;
    synchronized (this) {
      running = forkServer;
    }
    if (running != null) {
      running.close();
    }
    proxy.close();
    probe.close();
  }
}
