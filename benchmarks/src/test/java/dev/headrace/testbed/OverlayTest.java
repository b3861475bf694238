package dev.headrace.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverlayTest {
  private static final String CALLED = "called";

  @TempDir private Path home;

  @BeforeEach
  void aCheckoutThatNotesWhatIsCalled() throws Exception {
    Path fetch = home.resolve("cluster-foundation/fetch-upstream");
    Files.createDirectories(fetch.getParent());
    Files.writeString(fetch, "#!/bin/sh\necho fetch-upstream >> " + CALLED + "\n");
    Files.setPosixFilePermissions(fetch, PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void isAppliedWithUpstreamsFilesAndAwaitedPartByPart() throws Exception {
    new Overlay(new Checkout(home), OverlayTest::noted, Duration.ofMinutes(3)).apply();

    assertThat(Files.readAllLines(home.resolve(CALLED)))
        .containsExactly(
            "fetch-upstream",
            "apply --server-side -k cluster-foundation/overlays/single-node",
            "-n headrace-system rollout status deployment/headrace --timeout=180s",
            "-n flux-system rollout status deployment/kustomize-controller --timeout=180s",
            "-n flux-system rollout status deployment/source-controller --timeout=180s",
            "-n traefik rollout status deployment/traefik --timeout=180s");
  }

  @Test
  void aRestartIsAwaited() throws Exception {
    new Overlay(new Checkout(home), OverlayTest::noted, Duration.ofMinutes(10)).restart();

    assertThat(Files.readAllLines(home.resolve(CALLED)))
        .containsExactly(
            "-n headrace-system rollout restart deployment/headrace",
            "-n headrace-system rollout status deployment/headrace --timeout=600s");
  }

  @Test
  void whatTheClusterRefusesIsNoInstallation() {
    Overlay overlay =
        new Overlay(
            new Checkout(home), arguments -> List.of("sh", "-c", "exit 3"), Duration.ofMinutes(3));

    assertThatThrownBy(overlay::apply).hasMessageContaining("exit code 3");
  }

  private static List<String> noted(String... arguments) {
    return Stream.concat(
            Stream.of("sh", "-c", "printf '%s\\n' \"$*\" >> " + CALLED, "kubectl"),
            Arrays.stream(arguments))
        .toList();
  }
}
