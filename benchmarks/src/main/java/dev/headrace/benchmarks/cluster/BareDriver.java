package dev.headrace.benchmarks.cluster;

import dev.headrace.flux.Artifact;
import dev.headrace.flux.ExternalArtifact;
import dev.headrace.flux.ExternalArtifactStatus;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;

/**
 * Does to the same ExternalArtifacts what a deploy does, and nothing else: no check, no commit, no
 * progress. What Flux and the API server can take at most. It gives each app the directory back
 * that it had when the driver was made, under a revision that nobody knows.
 */
final class BareDriver {
  private static final int AT_ONCE = 48;
  private static final Duration LONG_ENOUGH = Duration.ofMinutes(5);

  private final Cluster cluster;
  private final List<Replay> replays;
  private final SecureRandom random = new SecureRandom();

  private record Replay(DeployedApp app, ExternalArtifactStatus status) {}

  BareDriver(Cluster cluster, List<DeployedApp> apps) {
    this.cluster = cluster;
    this.replays =
        apps.stream()
            .map(app -> new Replay(app, Objects.requireNonNull(artifact(app).getStatus())))
            .toList();
  }

  private ExternalArtifact artifact(DeployedApp app) {
    return cluster
        .kubernetes()
        .resources(ExternalArtifact.class)
        .inNamespace(app.namespace())
        .withName(app.name())
        .require();
  }

  /** Seconds until Flux has applied all. */
  double run() throws InterruptedException, ExecutionException {
    List<Callable<String>> told = new ArrayList<>();
    replays.forEach(replay -> told.add(() -> tell(replay)));
    long begun = System.nanoTime();
    long last = begun;
    for (String applied : ManyApps.atOnce(AT_ONCE, told)) {
      last = Math.max(last, cluster.sightings().await(applied, LONG_ENOUGH));
    }
    return (last - begun) / 1e9;
  }

  /**
   * Has the artifacts say what git knows. Headrace leaves them alone until then, and changes of
   * these apps wait for it.
   */
  void giveBack() throws InterruptedException, ExecutionException {
    List<Callable<ExternalArtifact>> known = new ArrayList<>();
    replays.forEach(replay -> known.add(() -> put(replay.app(), replay.status())));
    var _ = ManyApps.atOnce(AT_ONCE, known);
  }

  private ExternalArtifact put(DeployedApp app, ExternalArtifactStatus status) {
    ExternalArtifact artifact = artifact(app);
    artifact.setStatus(status);
    return cluster.kubernetes().resource(artifact).updateStatus();
  }

  private String tell(Replay replay) {
    byte[] unknown = new byte[20];
    random.nextBytes(unknown);
    String revision = "main@sha1:" + HexFormat.of().formatHex(unknown);
    Artifact before = Objects.requireNonNull(replay.status().artifact());
    var _ =
        put(
            replay.app(),
            new ExternalArtifactStatus(
                new Artifact(
                    before.url(),
                    before.path(),
                    revision,
                    before.digest(),
                    before.size(),
                    before.lastUpdateTime()),
                replay.status().conditions()));
    return Sightings.applied(replay.app().namespace(), replay.app().name(), revision);
  }
}
