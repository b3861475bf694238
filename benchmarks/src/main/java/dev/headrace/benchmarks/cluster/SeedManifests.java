package dev.headrace.benchmarks.cluster;

import dev.headrace.benchmarks.Figures;
import dev.headrace.client.ApiClient;
import dev.headrace.flux.Artifact;
import dev.headrace.flux.ExternalArtifact;
import dev.headrace.flux.ExternalArtifactStatus;
import dev.headrace.flux.Kustomization;
import dev.headrace.flux.KustomizationSpec;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * The same app with the probes and limits of the platform that users come from, on the same
 * cluster, fed to Flux in the same way. From Flux being told to the first answer: what a commit
 * takes is not counted.
 */
final class SeedManifests {
  private static final String ID = "seed0000";
  private static final String NAME = "app-" + ID;
  private static final int ROUNDS = 4;
  private static final int VISITS_PER_SECOND = 50;
  private static final Duration LIVE_WITHIN = Duration.ofSeconds(90);

  private final Cluster cluster;
  private final Guest guest;
  private final DeployedApp model;
  private final Random random = new Random();

  /**
   * @param model live; its files are what is changed
   */
  SeedManifests(Cluster cluster, Guest guest, DeployedApp model) {
    this.cluster = cluster;
    this.guest = guest;
    this.model = model;
  }

  void run(Figures figures) throws IOException, InterruptedException {
    ApiClient.Version version = model.changeOnMicro(DeployedApp.saying("seed"));
    var _ = cluster.sightings().await(model.applied(version), LIVE_WITHIN);
    String content = Sightings.version(cluster.deployment(model));
    Path files = guest.checkOut(version.commit(), model.id());
    wire();
    List<Long> times = new ArrayList<>();
    String url = model.url().replace(model.id(), ID);
    Visitors visitors =
        Visitors.start(cluster.visitor(), url, VISITS_PER_SECOND, cluster.sightings());
    try {
      for (int round = 0; round <= ROUNDS; round++) {
        String says = "seed " + round;
        Guest.Offered offered = guest.offer(changed(files, content, says), ID + round);
        long begun = System.nanoTime();
        tell(offered);
        long live =
            cluster.sightings().await(Visitors.answer(url, DeployedApp.answer(says)), LIVE_WITHIN);
        if (round > 0) { // the first one has nothing to replace
          times.add(live - begun);
        }
        figures.progress("seed's manifests: %.1f s".formatted((live - begun) / 1e9));
      }
    } finally {
      visitors.stop();
    }
    figures.times("seed_manifests_ms", times);
    var _ =
        cluster
            .kubernetes()
            .resources(Kustomization.class)
            .inNamespace(model.namespace())
            .withName(NAME)
            .delete();
  }

  private void wire() {
    ExternalArtifact artifact = new ExternalArtifact();
    artifact.setMetadata(metadata());
    Kustomization kustomization = new Kustomization();
    kustomization.setMetadata(metadata());
    kustomization.setSpec(
        new KustomizationSpec(
            "12h",
            "30s",
            "1m",
            "./",
            true,
            false,
            "headrace-tenant",
            new KustomizationSpec.SourceRef("ExternalArtifact", NAME),
            null));
    var _ = cluster.kubernetes().resource(artifact).create();
    var _ = cluster.kubernetes().resource(kustomization).create();
  }

  private ObjectMeta metadata() {
    return new ObjectMetaBuilder().withNamespace(model.namespace()).withName(NAME).build();
  }

  private void tell(Guest.Offered offered) {
    var _ =
        cluster
            .kubernetes()
            .resources(ExternalArtifact.class)
            .inNamespace(model.namespace())
            .withName(NAME)
            .editStatus(present -> {
              present.setStatus(
                  new ExternalArtifactStatus(
                      new Artifact(
                          offered.url(),
                          offered.file(),
                          "main@sha1:" + hex(20),
                          offered.digest(),
                          offered.size(),
                          Instant.now().truncatedTo(ChronoUnit.SECONDS).toString()),
                      List.of()));
              return present;
            });
  }

  /** A folder with the app's files as they would be if the other platform had rendered them. */
  private Path changed(Path files, String content, String says) throws IOException {
    Path folder = Files.createTempDirectory(files.getParent(), "seed");
    String code = hex(3);
    String digest = hex(content.length() / 2 + 1).substring(0, content.length());
    try (Stream<Path> all = Files.walk(files)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String text =
            Files.readString(file)
                .replace(model.id(), ID)
                .replace(content, digest)
                .replaceAll("-code-([0-9a-f]{4})[0-9a-f]{6}", "-code-$1" + code);
        Path target = folder.resolve(files.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.writeString(
            target,
            switch (file.getFileName().toString()) {
              case "deployment.yaml" -> otherProbes(text);
              case "main.py" -> DeployedApp.saying(says);
              default -> text;
            });
      }
    }
    return folder;
  }

  private static String otherProbes(String deployment) {
    return Serialization.asYaml(
        new DeploymentBuilder(Serialization.unmarshal(deployment, Deployment.class))
            .editSpec()
            .editTemplate()
            .editSpec()
            .editFirstContainer()
            .withReadinessProbe(probe(5, 10))
            .withLivenessProbe(probe(10, 30))
            .endContainer()
            .endSpec()
            .endTemplate()
            .endSpec()
            .build());
  }

  private static Probe probe(int delay, int period) {
    return new ProbeBuilder()
        .withNewHttpGet()
        .withPath("/health")
        .withNewPort("http")
        .endHttpGet()
        .withInitialDelaySeconds(delay)
        .withPeriodSeconds(period)
        .build();
  }

  private String hex(int bytes) {
    byte[] drawn = new byte[bytes];
    random.nextBytes(drawn);
    return HexFormat.of().formatHex(drawn);
  }
}
