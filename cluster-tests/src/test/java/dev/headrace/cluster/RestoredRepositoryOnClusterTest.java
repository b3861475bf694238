package dev.headrace.cluster;

import static dev.headrace.cluster.DeployedApp.saying;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.git.AppId;
import dev.headrace.git.PlatformRepository;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A repository that an operator put in place while Headrace was stopped. */
@ExtendWith(InstalledCluster.Installed.class)
class RestoredRepositoryOnClusterTest {
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
    new HeadracePod(cluster)
        .restore(
            copy,
            repository -> {
              forge(repository, app, "kustomization.yaml", "deployment.yaml", "nowhere.yaml");
              forge(repository, unreadable, "deployment.yaml", "kind: Deployment", "kind: [");
            });
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

  private static void forge(
      PlatformRepository repository, DeployedApp app, String file, String rendered, String broken) {
    ForgedCommit.of(
        repository,
        new AppId(app.id()),
        ForgedCommit.in(file, text -> text.replace(rendered, broken)));
  }
}
