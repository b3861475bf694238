package dev.headrace.cluster;

import static dev.headrace.cluster.DeployedApp.saying;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** An operator's git revert, on the repository that Headrace's pod has. */
@ExtendWith(InstalledCluster.Installed.class)
class PushOnClusterTest {
  private final InstalledCluster cluster;

  PushOnClusterTest(InstalledCluster cluster) {
    this.cluster = cluster;
  }

  @Test
  void aRevertIsAppliedByFlux(@TempDir Path folder) throws Exception {
    DeployedApp app = cluster.live("reverted");
    app.change(saying("bad"));
    app.awaitLive(2);
    String commit = app.deploy(2).path("commit").asString();
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    String clone = folder.resolve("clone").toString();
    asOwner("git", "clone", "-q", cluster.volume() + "/platform.git", clone);
    asOwner(
        "git",
        "-C",
        clone,
        "-c",
        "user.name=Olga Operator",
        "-c",
        "user.email=olga@example.com",
        "revert",
        "--no-edit",
        commit);
    asOwner("git", "-C", clone, "push", "-q", "origin", "main");
    asOwner("rm", "-r", clone); // which whoever runs the tests may not, if it is not root

    JsonNode done = cluster.operator().api().post("/api/v1/admin/git/announce", Map.of());

    assertThat(done.path("state").asString()).as(done.toString()).isEqualTo("completed");
    app.awaitLive(3);
    assertThat(app.answers()).isEqualTo("{\"says\":\"good\"}");
    JsonNode deploy = app.deploy(3);
    assertThat(deploy.path("action").asString()).isEqualTo("rollback");
    assertThat(deploy.at("/actor/username").asString()).isEqualTo("operator");
  }

  /** Whose files the repository's are, in the pod and on the node. */
  private void asOwner(String... command) {
    String[] as = {"setpriv", "--reuid=10001", "--regid=10001", "--clear-groups"};
    cluster.enter(Stream.concat(Arrays.stream(as), Arrays.stream(command)).toArray(String[]::new));
  }
}
