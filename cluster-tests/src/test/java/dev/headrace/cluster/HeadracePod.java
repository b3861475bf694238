package dev.headrace.cluster;

import dev.headrace.git.PlatformRepository;
import dev.headrace.git.SigningKey;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Headrace as an operator has it: the pod, and the folder of its volume on the node. */
final class HeadracePod {
  private static final String LABEL = "app.kubernetes.io/name";
  private static final String NAME = "headrace";
  private static final Duration SERVES = Duration.ofMinutes(2);
  private static final String OWNER = "10001:10001";

  private final InstalledCluster cluster;
  private final KubernetesClient kubernetes;
  private final Crashes crashes;

  HeadracePod(InstalledCluster cluster) {
    this.cluster = cluster;
    this.kubernetes = cluster.kubernetes();
    this.crashes = new Crashes(cluster);
  }

  /** SIGKILL. Returns when kubelet has started it again and it serves. */
  void crash() throws Exception {
    crashes.happen(InstalledCluster.SYSTEM, LABEL, NAME);
  }

  /** At once, as the loss of a node does. Returns when another one serves. */
  void delete() throws Exception {
    String before = pods().list().getItems().getFirst().getMetadata().getUid();
    var _ = pods().withGracePeriod(0).delete();
    Eventually.holds(
        "another pod of Headrace serves",
        SERVES,
        () ->
            pods().list().getItems().stream()
                .filter(pod -> !pod.getMetadata().getUid().equals(before))
                .flatMap(pod -> pod.getStatus().getContainerStatuses().stream())
                .anyMatch(ContainerStatus::getReady));
  }

  /** Returns when nothing of it is left. */
  void stop() {
    scale(0);
    var _ = pods().waitUntilCondition(gone -> gone == null, 60, TimeUnit.SECONDS);
  }

  /** Returns when it serves. */
  void start() throws Exception {
    scale(1);
    var _ =
        kubernetes
            .apps()
            .deployments()
            .inNamespace(InstalledCluster.SYSTEM)
            .withName(NAME)
            .waitUntilReady(120, TimeUnit.SECONDS);
    cluster.awaitConsole();
  }

  private FilterWatchListDeletable<Pod, PodList, PodResource> pods() {
    return kubernetes.pods().inNamespace(InstalledCluster.SYSTEM).withLabel(LABEL, NAME);
  }

  private void scale(int replicas) {
    var _ =
        kubernetes
            .apps()
            .deployments()
            .inNamespace(InstalledCluster.SYSTEM)
            .withName(NAME)
            .scale(replicas);
  }

  /**
   * Puts another repository in the place of Headrace's while it is stopped.
   *
   * @param copy an empty folder
   * @param change what is different in it
   */
  void restore(Path copy, Consumer<PlatformRepository> change) throws Exception {
    stop();
    String volume = cluster.volume();
    String own = "%s:%s".formatted(attribute(copy, "uid"), attribute(copy, "gid"));
    try {
      cluster.enter("cp", "-a", volume + "/.", copy.toString());
      cluster.enter("chown", "-R", own, copy.toString()); // so that this process may read it
      try (PlatformRepository repository =
          PlatformRepository.open(
              copy.resolve("platform.git"),
              SigningKey.load(copy.resolve("keys/signing")),
              Clock.systemUTC())) {
        change.accept(repository);
      }
      cluster.enter("rm", "-r", volume + "/platform.git");
      cluster.enter("cp", "-a", copy + "/platform.git", volume);
      cluster.enter("chown", "-R", OWNER, volume + "/platform.git");
    } finally {
      start();
    }
  }

  private static Object attribute(Path file, String name) throws IOException {
    return Files.getAttribute(file, "unix:" + name);
  }

  /** What stock git says of the platform's repository, by lines. */
  List<String> git(String... arguments) throws InterruptedException {
    return cluster.entered(
        Stream.concat(
                Stream.of(
                    "git",
                    "-c",
                    "safe.directory=*",
                    "--git-dir",
                    cluster.volume() + "/platform.git"),
                Arrays.stream(arguments))
            .toArray(String[]::new));
  }
}
