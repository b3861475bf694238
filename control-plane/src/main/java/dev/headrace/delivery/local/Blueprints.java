package dev.headrace.delivery.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.headrace.delivery.Deploys;
import dev.headrace.delivery.Outcome;
import dev.headrace.git.Action;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.PlatformRepository;
import dev.headrace.manifests.Manifests;
import dev.headrace.manifests.ParsedApp;
import dev.headrace.manifests.Workload;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads from git what is to run. */
final class Blueprints {
  /** Where the rendered Deployment mounts the app's files. */
  private static final String CODE_FOLDER = "/code/";

  private final PlatformRepository repository;
  private final Manifests manifests;
  private final Deploys deploys;

  Blueprints(PlatformRepository repository, Manifests manifests, Deploys deploys) {
    this.repository = repository;
    this.manifests = manifests;
    this.deploys = deploys;
  }

  /** What is to be of an app. */
  sealed interface Wanted {
    record Running(Blueprint blueprint) implements Wanted {}

    /** The app is there, and nothing of it runs. */
    record Stopped(String ownerId, Optional<AppCommit> deploy) implements Wanted {}

    record Gone() implements Wanted {}
  }

  /** What git's head says. */
  Wanted wanted(AppId app) {
    Optional<AppCommit> head =
        repository.latest(app).filter(commit -> commit.action() != Action.DELETE);
    if (head.isEmpty()) {
      return new Wanted.Gone();
    }
    SortedMap<String, byte[]> directory = repository.files(app, head.get().id());
    Workload workload = manifests.workload(directory);
    String ownerId = manifests.parse(directory).spec().ownerId();
    Optional<AppCommit> newest = repository.newestVersion(app);
    if (workload.replicas() == 0) {
      return new Wanted.Stopped(ownerId, newest);
    }
    return new Wanted.Running(
        blueprint(
            app,
            ownerId,
            workload,
            code(workload, directory),
            newest,
            newest
                .flatMap(commit -> deploys.find(commit.id()))
                .filter(deploy -> deploy.outcome() == Outcome.LIVE)
                .isPresent()));
  }

  /** The newest version of an app that was deleted. */
  Optional<AppCommit> lastOfDeleted(AppId app) {
    return repository
        .latest(app)
        .filter(commit -> commit.action() == Action.DELETE)
        .flatMap(deletion -> repository.newestVersion(app));
  }

  /**
   * The version that was live before, where it differs from what is wanted: by its own commit where
   * that is known, else by the source that its successor carries with it.
   */
  Optional<Blueprint> lastLive(AppId app, Blueprint wanted) {
    Optional<Blueprint> served = served(app);
    return served.isPresent()
        ? served.filter(live -> !live.content().equals(wanted.content()))
        : repository.latest(app).flatMap(head -> carried(app, head, wanted));
  }

  /** The version that is known to have answered last. */
  Optional<Blueprint> served(AppId app) {
    return deploys.serving(app).flatMap(repository::read).map(this::live);
  }

  private Blueprint live(AppCommit commit) {
    SortedMap<String, byte[]> directory = repository.files(commit.app(), commit.id());
    Workload workload = manifests.workload(directory);
    return blueprint(
        commit.app(),
        manifests.parse(directory).spec().ownerId(),
        workload,
        code(workload, directory),
        Optional.of(commit),
        true);
  }

  Optional<AppCommit> newest(AppId app) {
    return repository.newestVersion(app);
  }

  private Optional<Blueprint> carried(AppId app, AppCommit head, Blueprint wanted) {
    ParsedApp newest = manifests.parse(repository.files(app, head.id()));
    return newest
        .serving()
        .map(source -> manifests.render(newest.spec(), source, Optional.empty()).files())
        .map(directory -> {
          Workload workload = manifests.workload(directory);
          return blueprint(
              app, wanted.ownerId(), workload, code(workload, directory), Optional.empty(), true);
        });
  }

  private static Blueprint blueprint(
      AppId app,
      String ownerId,
      Workload workload,
      Map<String, String> code,
      Optional<AppCommit> deploy,
      boolean provenLive) {
    return new Blueprint(
        app.value(),
        ownerId,
        deploy,
        provenLive,
        workload.contentDigest(),
        code,
        workload.codePath().substring(CODE_FOLDER.length()),
        workload.environment(),
        workload.memoryBytes());
  }

  private static Map<String, String> code(Workload workload, SortedMap<String, byte[]> directory) {
    Map<String, String> code = new TreeMap<>();
    workload
        .code()
        .forEach((path, source) -> {
          byte[] text = directory.get(source);
          if (text != null) {
            code.put(path, new String(text, UTF_8));
          }
        });
    return code;
  }
}
