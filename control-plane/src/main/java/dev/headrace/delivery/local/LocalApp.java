package dev.headrace.delivery.local;

import dev.headrace.delivery.DeliveryEngine.RuntimeState;
import dev.headrace.delivery.Deploys;
import dev.headrace.delivery.Failure;
import dev.headrace.delivery.Stage;
import dev.headrace.delivery.local.Blueprints.Wanted;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.manifests.InvalidSpec;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One app made equal to git's head. A single thread takes wake-ups, what the runner tells and
 * timers from one mailbox, so nothing here is locked.
 *
 * <p>The instance that serves goes on serving until the one that is to replace it answers, and then
 * finishes the requests that it has. Where none serves and the newest version never did, the last
 * one that was live is started beside it as a fallback.
 */
final class LocalApp {
  private static final Logger log = LoggerFactory.getLogger(LocalApp.class);
  private static final Duration STOP_GRACE = Duration.ofSeconds(5);
  private static final Duration AFTER_TROUBLE = Duration.ofSeconds(5);
  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(10);

  /** Nothing lies between these on one machine. */
  private static final List<Stage> APPLIED = List.of(Stage.FETCHED, Stage.APPLIED);

  private static final List<Stage> STARTING = List.of(Stage.FETCHED, Stage.APPLIED, Stage.STARTING);

  private static final String FORK_SERVER_ENDED = "the process that apps are forked from ended";

  private final AppId id;
  private final Verdicts verdicts;
  private final LocalRuntime runtime;
  private final Blueprints blueprints;
  private final LogBuffer logs = new LogBuffer();
  private final BlockingQueue<Message> mailbox = new LinkedBlockingQueue<>();
  private final AtomicBoolean woken = new AtomicBoolean();
  private final RestartBackoff backoff;
  private final BooleanSupplier forgotten;

  private @Nullable Instance serving;
  private @Nullable Instance starting;
  private @Nullable Instance fallback;

  /** Every process of the app that has not ended yet, by name. */
  private final Set<String> alive = new HashSet<>();

  private Wanted.@Nullable Stopped stopped;
  private boolean retryDue;
  private boolean deleted;
  private StartTurns.@Nullable Turn turn;
  private volatile RuntimeState state = new RuntimeState.Absent();

  private sealed interface Message {
    record Wake() implements Message {}

    record Told(Instance by, RunnerEvent event) implements Message {}

    record TookTooLong(Instance instance) implements Message {}

    record TryAgain() implements Message {}

    record Stop() implements Message {}
  }

  /**
   * @param forgotten asked once the app is deleted: whether nobody will tell it anything again
   */
  LocalApp(
      AppId id,
      Deploys deploys,
      LocalRuntime runtime,
      Blueprints blueprints,
      RestartBackoff backoff,
      BooleanSupplier forgotten) {
    this.id = id;
    this.verdicts = new Verdicts(id, deploys, runtime);
    this.runtime = runtime;
    this.blueprints = blueprints;
    this.backoff = backoff;
    this.forgotten = forgotten;
    Thread.ofVirtual().name("app-" + id.value()).start(this::run);
  }

  /** One wake-up waits at most: it looks at git's head when its turn comes. */
  void wake() {
    if (woken.compareAndSet(false, true)) {
      mailbox.add(new Message.Wake());
    }
  }

  void stop() {
    mailbox.add(new Message.Stop());
  }

  boolean isIdle() {
    return mailbox.isEmpty();
  }

  RuntimeState state() {
    return state;
  }

  LogBuffer logs() {
    return logs;
  }

  private void run() {
    try {
      do {
        Message message = mailbox.take();
        if (message instanceof Message.Stop) {
          return;
        }
        handleLogged(message);
      } while (!deleted || !forgotten.getAsBoolean());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      giveTurnBack();
    }
  }

  /** Trouble, such as a store that is away, must not end the app's thread: it looks again later. */
  private void handleLogged(Message message) throws InterruptedException {
    try {
      handle(message);
    } catch (RuntimeException e) {
      log.error("app {}: {} failed", id.value(), message.getClass().getSimpleName(), e);
      runtime.after(AFTER_TROUBLE, this::wake);
    } finally {
      if (starting == null) {
        giveTurnBack();
      }
    }
  }

  private void giveTurnBack() {
    if (turn != null) {
      turn.close();
      turn = null;
    }
  }

  private void handle(Message message) throws InterruptedException {
    switch (message) {
      case Message.Wake wake -> converge();
      case Message.TryAgain again -> {
        retryDue = false;
        if (starting == null && fallback == null) {
          converge();
        }
      }
      case Message.Told(Instance by, RunnerEvent event) -> told(by, event);
      case Message.TookTooLong(Instance instance) -> {
        if (instance.isSameProcessAs(starting)) {
          starting = null;
          discard(instance);
          refused(instance, Failures.tooSlow(runtime.startLimit()));
        } else if (instance.isSameProcessAs(fallback)) {
          discard(instance);
          fallbackFailed(instance, "it did not answer in time");
        }
      }
      case Message.Stop stop -> {}
    }
  }

  /** While others start, this app waits; what it is told meanwhile it then sees at once. */
  private void converge() throws InterruptedException {
    if (turn == null) {
      turn = runtime.turns().take();
    }
    woken.set(false);
    Wanted wanted;
    try {
      wanted = blueprints.wanted(id);
    } catch (InvalidSpec e) {
      unreadable(e);
      return;
    }
    switch (wanted) {
      case Wanted.Gone gone -> remove();
      case Wanted.Stopped resting -> bringDown(resting);
      case Wanted.Running(Blueprint blueprint) -> bringUp(blueprint);
    }
  }

  /** What served before goes on. */
  private void unreadable(InvalidSpec why) {
    if (serving == null && starting == null && fallback == null) {
      blueprints.served(id).ifPresent(this::launchFallback);
    }
    blueprints
        .newest(id)
        .ifPresent(deploy ->
            verdicts.unreadable(
                deploy, String.valueOf(why.getMessage()), serving != null || fallback != null));
  }

  private void bringUp(Blueprint blueprint) {
    stopped = null;
    if (serving != null && serving.isOf(blueprint)) {
      dropStarting();
      serving = serving.with(blueprint);
      verdicts.reached(blueprint.deploy(), APPLIED);
      verdicts.confirm(blueprint);
      return;
    }
    if (starting != null && starting.isOf(blueprint)) {
      starting = starting.with(blueprint);
      verdicts.reached(blueprint.deploy(), STARTING);
      return;
    }
    dropStarting();
    if (serving == null && fallback == null && !blueprint.provenLive()) {
      blueprints.lastLive(id, blueprint).ifPresent(this::launchFallback);
    }
    launch(blueprint);
  }

  /** Visitors are told at once; the verdict comes when the last process has ended. */
  private void bringDown(Wanted.Stopped wanted) {
    stopped = wanted;
    verdicts.reached(wanted.deploy(), APPLIED);
    dropStarting();
    dropFallback();
    CompletableFuture<Void> idle = runtime.proxy().stopped(id, wanted.ownerId());
    if (serving != null) {
      discardWhen(idle, serving);
      serving = null;
    }
    state = new RuntimeState.Stopped();
    confirmStopped(wanted);
  }

  private void confirmStopped(Wanted.Stopped wanted) {
    if (alive.isEmpty()) {
      verdicts.confirmStopped(wanted);
    }
  }

  private void launch(Blueprint blueprint) {
    verdicts.reached(blueprint.deploy(), STARTING);
    starting = startLimited(blueprint);
    if (serving == null) {
      state = new RuntimeState.Starting();
      runtime.proxy().unroute(id, blueprint.ownerId(), "This app is starting.");
    }
  }

  /** After a restart of the platform the version that was live serves until the newest can. */
  private void launchFallback(Blueprint lastLive) {
    log.info("app {}: starting the version that was live before the newest", id.value());
    fallback = startLimited(lastLive);
  }

  private Instance startLimited(Blueprint blueprint) {
    Instance instance = start(blueprint);
    runtime.after(runtime.startLimit(), () -> mailbox.add(new Message.TookTooLong(instance)));
    return instance;
  }

  private Instance start(Blueprint blueprint) {
    Instance instance =
        runtime.start(
            blueprint,
            (by, event) -> {
              if (event instanceof RunnerEvent.Log(var at, String line)) {
                logs.add(at, line);
              } else {
                mailbox.add(new Message.Told(by, event));
              }
            });
    alive.add(instance.name());
    logs.started(instance.name());
    return instance;
  }

  private void told(Instance by, RunnerEvent event) {
    switch (event) {
      case RunnerEvent.Listening(int port) -> listening(by, port);
      case RunnerEvent.Exited exited -> {
        alive.remove(by.name());
        exited(by, exited);
      }
      case RunnerEvent.Lost lost -> {
        alive.remove(by.name());
        lost(by);
      }
      case RunnerEvent.Log line -> {}
    }
    if (stopped != null && !(event instanceof RunnerEvent.Listening)) {
      confirmStopped(stopped);
    }
  }

  private void listening(Instance by, int port) {
    if (starting != null && by.isSameProcessAs(starting)) {
      Instance fresh = starting;
      starting = null;
      Optional<String> answered = runtime.contentAt(port);
      if (answered.equals(Optional.of(fresh.blueprint().content()))) {
        dropFallback();
        serve(fresh, port);
      } else {
        discard(fresh);
        refused(fresh, Failures.unhealthy(answered));
      }
    } else if (by.isSameProcessAs(fallback)) {
      fallback = null;
      serve(by, port);
    } else {
      discard(by);
    }
  }

  private void serve(Instance fresh, int port) {
    Instance old = serving;
    CompletableFuture<Void> idle = runtime.proxy().route(id, fresh.blueprint().ownerId(), port);
    serving = fresh;
    backoff.started();
    state = new RuntimeState.Running(version(fresh));
    verdicts.confirm(fresh.blueprint());
    if (old != null) {
      discardWhen(idle, old);
    }
  }

  private void exited(Instance by, RunnerEvent.Exited exited) {
    if (starting != null && by.isSameProcessAs(starting)) {
      Instance failed = starting;
      starting = null;
      refused(failed, Failures.exited(exited));
    } else if (by.isSameProcessAs(serving)) {
      serving = null;
      crashed(by, Failures.summary(exited));
    } else if (by.isSameProcessAs(fallback)) {
      fallbackFailed(by, Failures.summary(exited));
    }
  }

  /** It says nothing about the app, so whatever it was is tried again. */
  private void lost(Instance by) {
    if (by.isSameProcessAs(starting)) {
      starting = null;
      retry();
    } else if (by.isSameProcessAs(serving)) {
      serving = null;
      crashed(by, FORK_SERVER_ENDED);
    } else if (by.isSameProcessAs(fallback)) {
      fallbackFailed(by, FORK_SERVER_ENDED);
    }
  }

  private void fallbackFailed(Instance instance, String reason) {
    fallback = null;
    if (serving == null && starting == null) {
      crashed(instance, reason);
    }
  }

  /** The newest version cannot run; what served before it goes on serving. */
  private void refused(Instance instance, Failure failure) {
    boolean another = serving != null || fallback != null;
    verdicts.refused(instance.blueprint(), failure, another);
    if (!another) {
      crashed(instance, failure.cause());
    }
  }

  private void crashed(Instance instance, String reason) {
    state = new RuntimeState.Crashed(reason);
    runtime
        .proxy()
        .unroute(
            id,
            instance.blueprint().ownerId(),
            "This app does not run at the moment; its log says why.");
    retry();
    verdicts.touched();
  }

  private void retry() {
    if (!retryDue) {
      retryDue = true;
      runtime.after(backoff.crashed(), () -> mailbox.add(new Message.TryAgain()));
    }
  }

  private void remove() {
    stopped = null;
    runtime.proxy().forget(id);
    dropStarting();
    dropFallback();
    if (serving != null) {
      discard(serving);
      serving = null;
    }
    state = new RuntimeState.Absent();
    Optional<AppCommit> last = blueprints.lastOfDeleted(id);
    verdicts.deleted(last);
    deleted = last.isPresent();
  }

  private void dropStarting() {
    if (starting != null) {
      discard(starting);
      starting = null;
    }
  }

  private void dropFallback() {
    if (fallback != null) {
      discard(fallback);
      fallback = null;
    }
  }

  /** It finishes the requests that it has, if they do not take too long. */
  private void discardWhen(CompletableFuture<Void> idle, Instance instance) {
    var _ =
        idle.completeOnTimeout(null, DRAIN_LIMIT.toSeconds(), TimeUnit.SECONDS)
            .thenRun(() -> discard(instance));
  }

  private void discard(Instance instance) {
    runtime.stop(instance, STOP_GRACE);
  }

  private static OptionalInt version(Instance instance) {
    return instance.blueprint().deploy().map(AppCommit::version).orElse(OptionalInt.empty());
  }
}
