package dev.headrace.delivery.flux;

import dev.headrace.delivery.DeliveryEngine;
import dev.headrace.delivery.Deploys;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.DirectoryId;
import dev.headrace.git.PlatformRepository;
import dev.headrace.git.TenantId;
import dev.headrace.manifests.InvalidSpec;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Has Flux run every app of git's head. Whatever happens to an app, in git or in the cluster, leads
 * to one look at it: what git wants is written as wiring, and what the cluster shows is judged.
 */
final class FluxEngine implements DeliveryEngine, ClusterView.Listener, AutoCloseable {
  private static final String TENANT_ACCOUNT = "headrace-tenant";

  /** Rights in a namespace that was only just made take a moment. */
  private static final Duration REFUSED_LIMIT = Duration.ofSeconds(5);

  private static final Duration ROUTE_LIMIT = Duration.ofSeconds(20);
  private static final Duration ROUTE_TICK = Duration.ofMillis(25);
  private static final Duration SLOW_TICK = Duration.ofSeconds(1);

  private final PlatformRepository repository;
  private final Targets targets;
  private final Tenants tenants;
  private final Wiring wiring;
  private final ClusterView view;
  private final RouteProbe route;
  private final PodLogs logs;
  private final Deploys deploys;
  private final DriftWatch drift;
  private final DriftRepair repair;
  private final AppRemoval removal;
  private final Duration startLimit;
  private final Function<AppId, String> urls;
  private final Clock clock;
  private final Map<AppId, Following> followed = new ConcurrentHashMap<>();
  private final Turns<DirectoryId> turns = new Turns<>(this::look);
  private volatile boolean begun;

  FluxEngine(
      PlatformRepository repository,
      Targets targets,
      Tenants tenants,
      Wiring wiring,
      ClusterView view,
      RouteProbe route,
      PodLogs logs,
      Deploys deploys,
      DriftWatch drift,
      DriftRepair repair,
      Duration startLimit,
      Function<AppId, String> urls,
      Clock clock) {
    this.repository = repository;
    this.targets = targets;
    this.tenants = tenants;
    this.wiring = wiring;
    this.view = view;
    this.route = route;
    this.logs = logs;
    this.deploys = deploys;
    this.drift = drift;
    this.repair = repair;
    this.removal = new AppRemoval(targets, wiring, view, deploys, followed::remove);
    this.startLimit = startLimit;
    this.urls = urls;
    this.clock = clock;
  }

  /** Returns at once, also while the cluster is away: changes are committed all the same. */
  @Override
  public void start() {
    var _ =
        view.start(this)
            .thenRun(() -> {
              begun = true;
              repair.start();
              drift.start();
              repository.tenants(repository.head()).forEach(turns::ask);
              repository.apps(repository.head()).forEach(turns::ask);
              view.wired().forEach(turns::ask);
            });
  }

  @Override
  public void wake(DirectoryId directory) {
    changed(directory);
  }

  /** Before everything was listed once, what is there would be taken for missing. */
  @Override
  public void changed(DirectoryId directory) {
    if (begun) {
      turns.ask(directory);
    }
  }

  private void look(DirectoryId directory) {
    switch (directory) {
      case AppId app -> {
        look(app);
        repair.reconciled(app);
      }
      case TenantId tenant -> {
        tenants.converge(tenant);
        tenants.released(tenant).forEach(turns::ask);
      }
    }
  }

  private void look(AppId app) {
    Optional<Target> wanted;
    try {
      wanted = targets.of(app);
    } catch (InvalidSpec e) {
      repository.newestVersion(app).ifPresent(deploy -> unreadable(deploy, e));
      return;
    }
    wanted.ifPresentOrElse(this::deliver, () -> removal.goOn(app));
  }

  /** The cluster keeps what it has. */
  private void unreadable(AppCommit deploy, InvalidSpec why) {
    deploys.unreadable(
        deploy, String.valueOf(why.getMessage()), deploys.serving(deploy.app()).isPresent());
  }

  private void deliver(Target target) {
    Following following = following(target);
    try {
      tell(target, following);
    } catch (KubernetesClientException e) {
      String why = tenants.explained(target, e);
      if (!following.isLive() && following.since().plus(REFUSED_LIMIT).isBefore(clock.instant())) {
        following.failed(FluxFailures.notTold(why));
      }
      throw e;
    }
  }

  private void tell(Target target, Following following) {
    switch (tenants.state(target)) {
      case Tenants.State.Preparing(boolean news) -> {
        if (news) {
          turns.ask(target.tenant());
        }
        if (!following.isLive()) {
          note(
              following,
              Judgement.beforeNamespace(sight(following), tenants.present(target.tenant())));
        }
      }
      case Tenants.State.Refused(String why) -> {
        if (!following.isLive()) {
          following.failed(FluxFailures.noNamespace(why));
        }
      }
      case Tenants.State.Ready ready -> {
        drift.follow(target.namespace());
        switch (wiring.converge(pair(target), present -> isOlder(target, present))) {
          case Wiring.Standing.Wanted wanted -> judge(following);
          case Wiring.Standing.Foreign(String revision) ->
              following.failed(FluxFailures.otherRevision(revision));
          case Wiring.Standing.Contested contested -> turns.askAfter(ROUTE_TICK, target.app());
        }
      }
    }
  }

  private Following following(Target target) {
    return followed.compute(
        target.app(),
        (app, present) ->
            present != null && present.target().deploy().equals(target.deploy())
                ? present
                : Following.from(target, clock.instant(), deploys));
  }

  private static Wiring.Pair pair(Target target) {
    return new Wiring.Pair(
        target.namespace(),
        target.name(),
        Map.of(Labels.APP, target.app().value()),
        TENANT_ACCOUNT,
        target.revision(),
        target.tree());
  }

  private boolean isOlder(Target target, String present) {
    return Target.commit(present)
        .filter(commit -> repository.isNewer(target.app(), commit, target.deploy().id()))
        .isPresent();
  }

  private void judge(Following following) {
    Target target = following.target();
    if (following.isLive()) {
      deploys.touched(target.app());
      return;
    }
    Judgement judgement = Judgement.of(target, sight(following));
    note(following, judgement);
    if (judgement.rolledOut()) {
      confirm(following);
    }
  }

  private void note(Following following, Judgement judgement) {
    following.reached(judgement.reached());
    judgement.failure().ifPresent(following::failed);
    judgement.lookAgain().ifPresent(delay -> turns.askAfter(delay, following.target().app()));
  }

  private Judgement.Sight sight(Following following) {
    Target target = following.target();
    return new Judgement.Sight(
        view.kustomization(target.namespace(), target.name()),
        view.deployment(target.namespace(), target.name()),
        view.pods(target.namespace(), target.app()),
        view::warning,
        following.since(),
        view.moves(),
        startLimit,
        clock.instant());
  }

  /** Live is what the route says, not what was done to it. */
  private void confirm(Following following) {
    Target target = following.target();
    Optional<String> answered =
        target.replicas() == 0 ? Optional.of(target.content()) : route.content(target.app());
    if (answered.equals(Optional.of(target.content()))) {
      following.live();
      return;
    }
    Instant now = clock.instant();
    boolean tooLong = following.rolledOut(now).plus(ROUTE_LIMIT).isBefore(now);
    if (tooLong) {
      following.failed(FluxFailures.routeDiffers(answered));
    }
    turns.askAfter(tooLong ? SLOW_TICK : ROUTE_TICK, target.app());
  }

  @Override
  public Optional<String> remains(DirectoryId removed) {
    if (!begun) {
      return Optional.of("the cluster does not answer");
    }
    return switch (removed) {
      case AppId app -> removal.remains(app);
      case TenantId tenant -> tenants.remains(tenant);
    };
  }

  @Override
  public RuntimeState state(AppId app) {
    @Nullable Following following = followed.get(app);
    return following == null
        ? new RuntimeState.Absent()
        : RuntimeStates.of(
            following.target(),
            sight(following),
            () -> following.isLive() ? following.target().deploy().version() : servingVersion(app));
  }

  private OptionalInt servingVersion(AppId app) {
    return deploys
        .serving(app)
        .flatMap(repository::read)
        .map(AppCommit::version)
        .orElse(OptionalInt.empty());
  }

  @Override
  public Logs logs(AppId app, int most, Optional<Instant> since) {
    @Nullable Following following = followed.get(app);
    return following == null
        ? new Logs(Optional.empty(), List.of(), false)
        : logs.newest(following.target().namespace(), app, most, since);
  }

  @Override
  public Optional<String> caveat() {
    return Optional.empty();
  }

  @Override
  public String url(AppId app) {
    return urls.apply(app);
  }

  @Override
  public void close() {
    turns.close();
    view.close();
    drift.close();
    repair.close();
    route.close();
  }
}
