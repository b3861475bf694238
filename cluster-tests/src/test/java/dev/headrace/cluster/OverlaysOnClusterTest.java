package dev.headrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.dsl.RollableScalableResource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What an operator is given besides the overlay that all other tests run on. */
@ExtendWith(InstalledCluster.Installed.class)
class OverlaysOnClusterTest {
  private static final String FLUX = "flux-system";
  private static final String CONTROLLER = "kustomize-controller";
  private static final String ARGUMENTS = "/spec/template/spec/containers/0/args";
  private static final Pattern PATCH = Pattern.compile("--type=json -p '(.+)'");

  private final InstalledCluster cluster;

  OverlaysOnClusterTest(InstalledCluster cluster) {
    this.cluster = cluster;
  }

  /** Asked only: there is one node, and nobody gives the load balancer an address. */
  @Test
  void theApiServerTakesTheProductionOverlay() {
    apply("production", "--dry-run=server");
  }

  @Test
  void addressesOfAppsBeginAsTheOverlayIsReached() throws Exception {
    assertThat(rendered("production")).contains("  scheme: https").doesNotContain("  scheme: http");
    assertThat(rendered("single-node")).contains("  scheme: http");
    assertThat(rendered("production")).contains("        - name: HEADRACE_CLUSTER_SCHEME");
  }

  private List<String> rendered(String overlay) throws Exception {
    return said(cluster.kubectlCommand("kustomize", "cluster-foundation/overlays/" + overlay));
  }

  @Test
  void thePreflightFindsTheFlagThatIsMissingAndItsPatchSetsIt(@TempDir Path folder)
      throws Exception {
    assertThat(preflight(folder)).contains("Nothing is missing.", "exit code 0");
    List<String> arguments =
        kustomizeController()
            .require()
            .getSpec()
            .getTemplate()
            .getSpec()
            .getContainers()
            .getFirst()
            .getArgs();
    int place = arguments.indexOf("--http-retry=1");
    try {
      patch("[{\"op\":\"remove\",\"path\":\"%s/%d\"}]".formatted(ARGUMENTS, place));
      List<String> said = preflight(folder);
      assertThat(said).contains("exit code 1").anyMatch(line -> line.contains("--http-retry is 9"));
      patch(
          said.stream()
              .map(PATCH::matcher)
              .filter(Matcher::find)
              .map(match -> match.group(1))
              .findFirst()
              .orElseThrow());
      assertThat(preflight(folder)).contains("Nothing is missing.", "exit code 0");
    } finally {
      apply("single-node");
      awaitRollout();
    }
  }

  /** With a kubectl for this cluster in the folder. */
  private List<String> preflight(Path folder) throws Exception {
    Path kubectl = folder.resolve("kubectl");
    Files.writeString(
        kubectl,
        "#!/bin/sh\nexec %s \"$@\"\n".formatted(String.join(" ", cluster.kubectlCommand())));
    Files.setPosixFilePermissions(kubectl, PosixFilePermissions.fromString("rwx------"));
    return said(List.of("cluster-foundation/preflight", "--kubectl", kubectl.toString()));
  }

  /** By lines, and the exit code in the last. */
  private List<String> said(List<String> command) throws Exception {
    Process process = cluster.program(command).start();
    return Stream.concat(
            process.inputReader().lines().toList().stream(),
            Stream.of("exit code " + process.waitFor()))
        .toList();
  }

  private void apply(String overlay, String... options) {
    cluster.kubectl(
        Stream.concat(
                Stream.of("apply", "--server-side", "--force-conflicts"),
                Stream.concat(
                    Stream.of(options), Stream.of("-k", "cluster-foundation/overlays/" + overlay)))
            .toArray(String[]::new));
  }

  /** Returns when it runs so. */
  private void patch(String operations) {
    cluster.kubectl("-n", FLUX, "patch", "deployment", CONTROLLER, "--type=json", "-p", operations);
    awaitRollout();
  }

  private void awaitRollout() {
    cluster.kubectl("-n", FLUX, "rollout", "status", "deployment/" + CONTROLLER, "--timeout=120s");
  }

  private RollableScalableResource<Deployment> kustomizeController() {
    return cluster.kubernetes().apps().deployments().inNamespace(FLUX).withName(CONTROLLER);
  }
}
