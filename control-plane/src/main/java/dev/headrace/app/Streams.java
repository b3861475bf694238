package dev.headrace.app;

import dev.headrace.delivery.Deploy;
import dev.headrace.delivery.DeployFeed;
import dev.headrace.delivery.Deploys;
import dev.headrace.delivery.Outcome;
import dev.headrace.git.AppId;
import dev.headrace.identity.Caller;
import dev.headrace.projection.ProjectedApp;
import dev.headrace.projection.ProjectedApps;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter.SseEventBuilder;

/**
 * Server-sent events. Each stream reads the store when told of a change, so it can be resumed by
 * its last event's id and a slow reader holds up nobody. One virtual thread per stream.
 */
final class Streams {
  private static final Duration HEARTBEAT = Duration.ofSeconds(15);
  private static final int MOST_STREAMS = 1_000;
  private static final long NO_TIMEOUT = -1L;

  private final DeployFeed feed;
  private final Deploys deploys;
  private final ProjectedApps apps;
  private final Semaphore free = new Semaphore(MOST_STREAMS);

  Streams(DeployFeed feed, Deploys deploys, ProjectedApps apps) {
    this.feed = feed;
    this.deploys = deploys;
    this.apps = apps;
  }

  @FunctionalInterface
  private interface Body {
    void run(SseEmitter emitter) throws IOException, InterruptedException;
  }

  /** The stages after the one last seen, and when the deploy has ended, the deploy. */
  SseEmitter deploy(AppId app, int version, int lastSeen) {
    return stream(emitter -> {
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

  /** The caller's apps, each whenever it changes; one that is deleted comes with that status. */
  SseEmitter apps(Caller caller, Function<ProjectedApp, AppView> view) {
    return stream(emitter -> {
      try (DeployFeed.Watch watch = feed.watch(app -> true)) {
        emitter.send(SseEmitter.event().comment("watching"));
        while (true) {
          boolean quiet = true;
          for (AppId changed : watch.await(HEARTBEAT)) {
            var app = apps.find(caller, changed);
            if (app.isPresent()) {
              emitter.send(event("app").data(view.apply(app.get())));
              quiet = false;
            }
          }
          if (quiet) {
            emitter.send(SseEmitter.event().comment("still here"));
          }
        }
      }
    });
  }

  private SseEmitter stream(Body body) {
    SseEmitter emitter = new SseEmitter(NO_TIMEOUT);
    if (!free.tryAcquire()) {
      emitter.completeWithError(new IOException("too many streams"));
      return emitter;
    }
    Thread.ofVirtual()
        .name("stream")
        .start(() -> {
          try {
            body.run(emitter);
            emitter.complete();
          } catch (IOException | IllegalStateException _) {
            // The reader left, and the server has ended the exchange already.
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            emitter.complete();
          } finally {
            free.release();
          }
        });
    return emitter;
  }

  private static SseEventBuilder event(String name) {
    return SseEmitter.event().name(name);
  }
}
