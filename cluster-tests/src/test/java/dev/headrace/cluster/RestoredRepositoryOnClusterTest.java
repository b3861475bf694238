package dev.headrace.cluster;

import static dev.headrace.cluster.DeployedApp.saying;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.git.Action;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.Change;
import dev.headrace.git.CommitOutcome;
import dev.headrace.git.Contents;
import dev.headrace.git.DeployId;
import dev.headrace.git.PlatformRepository;
import dev.headrace.git.SigningKey;
import dev.headrace.git.Via;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A repository that an operator put in place while Headrace was stopped. */
@ExtendWith(InstalledCluster.Installed.class)
class RestoredRepositoryOnClusterTest {
  private static final String OWNER = "10001:10001";

  private final InstalledCluster cluster;

  RestoredRepositoryOnClusterTest(InstalledCluster cluster) {
    this.cluster = cluster;
  }

  /** Headrace itself writes no such files. */
  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void manifestsThatCannotBeBuiltAreToldAndTheNextVersionIsApplied(@TempDir Path copy)
      throws Exception {
    DeployedApp app = cluster.live("unbuildable");
    DeployedApp unreadable = cluster.live("unreadable");
    scale(0);
    String volume = volume();
    try {
      InstalledCluster.testbed("enter", "cp", "-a", volume + "/.", copy.toString());
      commitBroken(copy, app, "kustomization.yaml", "deployment.yaml", "nowhere.yaml");
      commitBroken(copy, unreadable, "deployment.yaml", "kind: Deployment", "kind: [");
      InstalledCluster.testbed("enter", "rm", "-r", volume + "/platform.git");
      InstalledCluster.testbed("enter", "cp", "-a", copy + "/platform.git", volume);
      InstalledCluster.testbed("enter", "chown", "-R", OWNER, volume + "/platform.git");
    } finally {
      scale(1);
    }
    app.becomesFailed(2, "manifests could not be built", Duration.ofSeconds(60));
    JsonNode failure = app.failure(2);
    assertThat(failure.path("evidence").asString()).contains("nowhere.yaml");
    assertThat(failure.path("next_step").asString()).contains("goes on serving");
    assertThat(app.answers()).isEqualTo("{\"says\":\"good\"}");
    app.change(saying("three"));
    app.awaitLive(3);
    assertThat(app.answers()).isEqualTo("{\"says\":\"three\"}");

    unreadable.becomesFailed(2, "cannot be read", Duration.ofSeconds(60));
    assertThat(unreadable.failure(2).path("evidence").asString()).contains("deployment.yaml");
    assertThat(unreadable.answers()).isEqualTo("{\"says\":\"good\"}");
    unreadable.change(saying("three"));
    unreadable.awaitLive(3);
    assertThat(unreadable.answers()).isEqualTo("{\"says\":\"three\"}");
  }

  private static void commitBroken(
      Path data, DeployedApp broken, String file, String before, String after) {
    AppId app = new AppId(broken.id());
    try (PlatformRepository repository =
        PlatformRepository.open(
            data.resolve("platform.git"),
            SigningKey.load(data.resolve("keys/signing")),
            Clock.systemUTC())) {
      AppCommit last = repository.newestVersion(app).orElseThrow();
      SortedMap<String, byte[]> files = new TreeMap<>(repository.files(app, last.id()));
      files.compute(
          file, (name, text) -> new String(text, UTF_8).replace(before, after).getBytes(UTF_8));
      Change change =
          new Change(
              DeployId.next(Clock.systemUTC(), new SecureRandom()),
              app,
              last.appName(),
              Action.DEPLOY,
              last.actor(),
              Via.SYSTEM,
              Optional.empty(),
              new Contents.Files(files),
              last.contentDigest(),
              Optional.empty(),
              Optional.of(last.id()));
      assertThat(repository.commit(change).join()).isInstanceOf(CommitOutcome.Committed.class);
    }
  }

  /** The folder of Headrace's volume, as the node sees it. */
  private String volume() {
    KubernetesClient kubernetes = cluster.kubernetes();
    String name =
        kubernetes
            .persistentVolumeClaims()
            .inNamespace(InstalledCluster.SYSTEM)
            .withName("headrace-data")
            .require()
            .getSpec()
            .getVolumeName();
    var spec = kubernetes.persistentVolumes().withName(name).require().getSpec();
    return spec.getHostPath() == null ? spec.getLocal().getPath() : spec.getHostPath().getPath();
  }

  private void scale(int replicas) {
    var headrace =
        cluster
            .kubernetes()
            .apps()
            .deployments()
            .inNamespace(InstalledCluster.SYSTEM)
            .withName("headrace");
    var _ = headrace.scale(replicas);
    if (replicas > 0) {
      var _ = headrace.waitUntilReady(120, TimeUnit.SECONDS);
      return;
    }
    var _ =
        cluster
            .kubernetes()
            .pods()
            .inNamespace(InstalledCluster.SYSTEM)
            .withLabel("app.kubernetes.io/name", "headrace")
            .waitUntilCondition(gone -> gone == null, 60, TimeUnit.SECONDS);
  }
}
