package dev.headrace.app;

import dev.headrace.delivery.Deploy;
import dev.headrace.delivery.DeployFeed;
import dev.headrace.delivery.Deploys;
import dev.headrace.delivery.Outcome;
import dev.headrace.git.AppId;
import dev.headrace.http.ApiError;
import dev.headrace.http.ErrorCode;
import dev.headrace.identity.Caller;
import dev.headrace.projection.ProjectedApp;
import dev.headrace.projection.ProjectedApps;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter.SseEventBuilder;

/**
 * Server-sent events. Each stream reads the store when told of a change, so it can be resumed by
 * its last event's id and a slow reader holds up nobody. One virtual thread per stream. Streams end
 * before the server waits for requests under way.
 */
final class Streams implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(Streams.class);
  private static final Duration HEARTBEAT = Duration.ofSeconds(15);
  private static final int MOST_PER_CALLER = 32;
  private static final long NO_TIMEOUT = -1L;

  private final DeployFeed feed;
  private final Deploys deploys;
  private final ProjectedApps apps;
  private final Map<String, Integer> open = new ConcurrentHashMap<>();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private volatile boolean running;

  Streams(DeployFeed feed, Deploys deploys, ProjectedApps apps) {
    this.feed = feed;
    this.deploys = deploys;
    this.apps = apps;
  }

  @FunctionalInterface
  private interface Body {
    void run(SseEmitter emitter) throws IOException, InterruptedException;
  }

  record Gone(String appId) {}

  /** The stages after the one last seen, and when the deploy has ended, the deploy. */
  SseEmitter deploy(Caller caller, AppId app, int version, int lastSeen) {
    return stream(
        caller,
        emitter -> {
          try (DeployFeed.Watch watch = feed.watch(app::equals)) {
            int seen = lastSeen;
            while (true) {
              Deploy deploy = deploys.find(app, version).orElseThrow();
              for (Deploy.Step step : deploy.stages()) {
                if (step.id() > seen) {
                  seen = step.id();
                  emitter.send(event("stage").id("" + seen).data(DeployView.StageView.of(step)));
                }
              }
              if (deploy.outcome() != Outcome.IN_PROGRESS) {
                emitter.send(event("outcome").id("" + seen).data(DeployView.of(deploy, deploys)));
                return;
              }
              if (watch.await(HEARTBEAT).isEmpty()) {
                emitter.send(SseEmitter.event().comment("still here"));
              }
            }
          }
        });
  }

  /** The caller's apps, each whenever it changes; {@code gone} when it is deleted. */
  SseEmitter apps(Caller caller, Function<ProjectedApp, AppView> view) {
    return stream(
        caller,
        emitter -> {
          try (DeployFeed.Watch watch = feed.watch(app -> true)) {
            Set<AppId> known = new HashSet<>();
            apps.list(caller).forEach(app -> known.add(app.id()));
            emitter.send(SseEmitter.event().comment("watching"));
            while (true) {
              Set<AppId> changed = watch.await(HEARTBEAT);
              for (AppId id : changed) {
                Optional<ProjectedApp> app = apps.find(caller, id);
                if (app.isPresent()) {
                  known.add(id);
                  emitter.send(event("app").data(view.apply(app.get())));
                } else if (known.remove(id)) {
                  emitter.send(event("gone").data(new Gone(id.value())));
                }
              }
              if (changed.isEmpty()) {
                emitter.send(SseEmitter.event().comment("still here"));
              }
            }
          }
        });
  }

  private SseEmitter stream(Caller caller, Body body) {
    int mine = open.merge(caller.userId(), 1, Integer::sum);
    if (mine > MOST_PER_CALLER) {
      closed(caller);
      throw ApiError.of(
          ErrorCode.BUSY, "You have %d streams open; close one first".formatted(MOST_PER_CALLER));
    }
    SseEmitter emitter = new SseEmitter(NO_TIMEOUT);
    Thread.ofVirtual().name("stream").start(() -> run(caller, body, emitter));
    return emitter;
  }

  private void run(Caller caller, Body body, SseEmitter emitter) {
    threads.add(Thread.currentThread());
    try {
      body.run(emitter);
      emitter.complete();
    } catch (IOException | IllegalStateException _) {
      // The reader left, and the server has ended the exchange already.
    } catch (InterruptedException _) {
      emitter.complete();
    } catch (RuntimeException e) {
      log.error("a stream broke off", e);
      emitter.completeWithError(e);
    } finally {
      threads.remove(Thread.currentThread());
      closed(caller);
    }
  }

  private void closed(Caller caller) {
    open.computeIfPresent(caller.userId(), (_, count) -> count == 1 ? null : count - 1);
  }

  private static SseEventBuilder event(String name) {
    return SseEmitter.event().name(name);
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    threads.forEach(Thread::interrupt);
  }

  @Override
  public boolean isRunning() {
    return running;
  }
}
