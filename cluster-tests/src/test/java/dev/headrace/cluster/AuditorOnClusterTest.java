package dev.headrace.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.testbed.Testbed;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What an auditor has with stock git, at the address of the console. */
@ExtendWith(InstalledCluster.Installed.class)
class AuditorOnClusterTest {
  private final InstalledCluster cluster;

  AuditorOnClusterTest(InstalledCluster cluster) {
    this.cluster = cluster;
  }

  @Test
  void allOfHistoryIsClonedThroughTraefikAndSentByThePodsOwnGit(@TempDir Path folder)
      throws Exception {
    DeployedApp app = cluster.live("audited");
    String secret =
        cluster
            .operator()
            .api()
            .post("/api/v1/admin/git/tokens", Map.of("name", "audit", "role", "auditor"))
            .path("secret")
            .asString();
    String url = Testbed.CONSOLE.replace("http://", "http://auditor:" + secret + "@");
    String clone = folder.resolve("audit").toString();

    var _ = git("-c", "http.proxy=" + traefik(), "clone", url + "/git/platform.git", clone);

    assertThat(git("-C", clone, "log", "--format=%H"))
        .contains(app.deploy(1).path("commit").asString());
    assertThat(git("-C", clone, "fsck", "--strict")).isEmpty();
    assertThat(log()).contains("gathered by native git").contains("auditor 'audit'");
  }

  /** Whatever names resolve to. */
  private String traefik() {
    ProxySelector way = cluster.visitor().proxy().orElseThrow();
    InetSocketAddress address =
        (InetSocketAddress) way.select(URI.create(Testbed.CONSOLE)).getFirst().address();
    return "http://%s:%d".formatted(address.getHostString(), address.getPort());
  }

  private String log() {
    return cluster
        .kubernetes()
        .pods()
        .inNamespace(InstalledCluster.SYSTEM)
        .withLabel("app.kubernetes.io/name", "headrace")
        .resources()
        .map(pod -> pod.getLog())
        .reduce("", String::concat);
  }

  private static String git(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    String complaint = new String(process.getErrorStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(complaint).isZero();
    return said.strip();
  }
}
