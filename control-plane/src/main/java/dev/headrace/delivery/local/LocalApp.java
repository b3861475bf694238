package dev.headrace.delivery.local;

import dev.headrace.delivery.DeliveryEngine.RuntimeState;
import dev.headrace.delivery.Deploys;
import dev.headrace.delivery.Failure;
import dev.headrace.delivery.Stage;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One app made equal to git's head. A single thread takes wake-ups, what the runner tells and
 * timers from one mailbox, so nothing here is locked.
 *
 * <p>At most two instances live: the one that serves, and the one that is starting to replace it.
 * The old one goes on serving until the new one answers through the proxy.
 */
final class LocalApp {
  private static final Logger log = LoggerFactory.getLogger(LocalApp.class);
  static final Duration STOP_GRACE = Duration.ofSeconds(5);

  private final AppId id;
  private final Deploys deploys;
  private final LocalRuntime runtime;
  private final Blueprints blueprints;
  private final LogBuffer logs = new LogBuffer();
  private final BlockingQueue<Message> mailbox = new LinkedBlockingQueue<>();
  private final RestartBackoff backoff;

  private @Nullable Instance serving;
  private @Nullable Instance starting;
  private volatile RuntimeState state = new RuntimeState.Absent();

  private sealed interface Message {
    record Wake() implements Message {}

    record Told(Instance by, RunnerEvent event) implements Message {}

    record TookTooLong(Instance instance) implements Message {}

    record TryAgain(int attempt) implements Message {}

    record Stop() implements Message {}
  }

  LocalApp(
      AppId id,
      Deploys deploys,
      LocalRuntime runtime,
      Blueprints blueprints,
      RestartBackoff backoff) {
    this.id = id;
    this.deploys = deploys;
    this.runtime = runtime;
    this.blueprints = blueprints;
    this.backoff = backoff;
    Thread.ofVirtual().name("app-" + id.value()).start(this::run);
  }

  void wake() {
    mailbox.add(new Message.Wake());
  }

  void stop() {
    mailbox.add(new Message.Stop());
  }

  RuntimeState state() {
    return state;
  }

  LogBuffer logs() {
    return logs;
  }

  private void run() {
    try {
      while (true) {
        Message message = mailbox.take();
        if (message instanceof Message.Stop) {
          return;
        }
        handleLogged(message);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One bad message must not end the app's thread: the next wake-up finds the truth again. */
  private void handleLogged(Message message) {
    try {
      handle(message);
    } catch (RuntimeException e) {
      log.error("app {}: {} failed", id.value(), message.getClass().getSimpleName(), e);
    }
  }

  private void handle(Message message) {
    switch (message) {
      case Message.Wake wake -> converge();
      case Message.TryAgain(int attempt) -> {
        if (attempt == backoff.attempt() && serving == null && starting == null) {
          converge();
        }
      }
      case Message.Told(Instance by, RunnerEvent event) -> told(by, event);
      case Message.TookTooLong(Instance instance) -> {
        if (starting != null && starting.sameProcess(instance)) {
          Instance slow = starting;
          starting = null;
          discard(slow);
          refused(slow, Failures.tooSlow(runtime.startLimit()));
        }
      }
      case Message.Stop stop -> {}
    }
  }

  private void converge() {
    Optional<Blueprint> wanted = blueprints.wanted(id);
    if (wanted.isEmpty()) {
      remove();
      return;
    }
    Blueprint blueprint = wanted.get();
    blueprint.deploy().ifPresent(this::fetched);
    if (serving != null && serving.isOf(blueprint)) {
      dropStarting();
      serving = serving.with(blueprint);
      confirm(serving);
      return;
    }
    if (starting != null && starting.isOf(blueprint)) {
      starting = starting.with(blueprint);
      return;
    }
    dropStarting();
    if (serving == null && !blueprint.provenLive()) {
      blueprints.lastLive(id, blueprint).ifPresent(this::launchFallback);
    }
    launch(blueprint);
  }

  private void fetched(AppCommit deploy) {
    deploys.supersede(deploy);
    deploys.reached(deploy, Stage.FETCHED);
    deploys.reached(deploy, Stage.APPLIED);
  }

  private void launch(Blueprint blueprint) {
    blueprint.deploy().ifPresent(deploy -> deploys.reached(deploy, Stage.STARTING));
    Instance instance = start(blueprint);
    starting = instance;
    if (serving == null) {
      state = new RuntimeState.Starting();
      runtime.proxy().unroute(id, blueprint.ownerId(), "This app is starting.");
    }
    runtime.after(runtime.startLimit(), () -> mailbox.add(new Message.TookTooLong(instance)));
  }

  /** After a restart of the platform the version that was live serves until the newest can. */
  private void launchFallback(Blueprint lastLive) {
    log.info("app {}: starting the version that was live before the newest", id.value());
    start(lastLive);
  }

  private Instance start(Blueprint blueprint) {
    return runtime.start(
        blueprint,
        (by, event) -> {
          if (event instanceof RunnerEvent.Log(var at, String line)) {
            logs.add(by.name(), at, line);
          } else {
            mailbox.add(new Message.Told(by, event));
          }
        });
  }

  private void told(Instance by, RunnerEvent event) {
    switch (event) {
      case RunnerEvent.Listening(int port) -> listening(by, port);
      case RunnerEvent.Exited exited -> exited(by, exited);
      case RunnerEvent.Log line -> {}
    }
  }

  private void listening(Instance by, int port) {
    boolean replaces = starting != null && starting.sameProcess(by);
    boolean fallback = !replaces && serving == null;
    if (!replaces && !fallback) {
      discard(by);
      return;
    }
    Instance fresh = (replaces && starting != null ? starting : by).listeningOn(port);
    if (replaces) {
      starting = null;
    }
    Optional<String> answered = runtime.contentAt(port);
    if (!answered.equals(Optional.of(fresh.blueprint().content()))) {
      discard(fresh);
      refused(fresh, Failures.unhealthy(answered));
      return;
    }
    Instance old = serving;
    runtime.proxy().route(id, fresh.blueprint().ownerId(), port);
    serving = fresh;
    backoff.started();
    state = new RuntimeState.Running(version(fresh));
    confirm(fresh);
    if (old != null) {
      discard(old);
    }
  }

  /** Live is what the route says, not what was done to it. */
  private void confirm(Instance instance) {
    Optional<AppCommit> deploy = instance.blueprint().deploy();
    if (deploy.isEmpty()) {
      return;
    }
    Optional<String> answered = runtime.contentBehindRoute(id, instance.blueprint().ownerId());
    if (answered.equals(Optional.of(instance.blueprint().content()))) {
      deploys.live(deploy.get());
    } else {
      deploys.failed(deploy.get(), Failures.routeDiffers(answered));
    }
  }

  private void exited(Instance by, RunnerEvent.Exited exited) {
    if (starting != null && starting.sameProcess(by)) {
      Instance failed = starting;
      starting = null;
      refused(failed, Failures.exited(exited));
    } else if (serving != null && serving.sameProcess(by)) {
      serving = null;
      crashed(by, Failures.summary(exited));
    }
  }

  /** The newest version cannot run; what served before it goes on serving. */
  private void refused(Instance instance, Failure failure) {
    instance.blueprint().deploy().ifPresent(deploy -> deploys.failed(deploy, failure));
    if (serving == null) {
      crashed(instance, failure.cause());
    }
  }

  private void crashed(Instance instance, String reason) {
    state = new RuntimeState.Crashed(reason);
    runtime.proxy().unroute(id, instance.blueprint().ownerId(), "This app does not run: " + reason);
    Duration wait = backoff.crashed();
    int attempt = backoff.attempt();
    runtime.after(wait, () -> mailbox.add(new Message.TryAgain(attempt)));
    deploys.touched(id);
  }

  private void remove() {
    dropStarting();
    if (serving != null) {
      discard(serving);
      serving = null;
    }
    runtime.proxy().forget(id);
    state = new RuntimeState.Absent();
    blueprints.deletion(id).ifPresent(deploys::supersede);
    deploys.gone(id);
  }

  private void dropStarting() {
    if (starting != null) {
      discard(starting);
      starting = null;
    }
  }

  private void discard(Instance instance) {
    runtime.stop(instance, STOP_GRACE);
  }

  private static OptionalInt version(Instance instance) {
    return instance.blueprint().deploy().map(AppCommit::version).orElse(OptionalInt.empty());
  }
}
