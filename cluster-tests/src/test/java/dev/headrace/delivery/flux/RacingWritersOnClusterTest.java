package dev.headrace.delivery.flux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.cluster.InstalledCluster;
import dev.headrace.flux.Artifact;
import dev.headrace.flux.ExternalArtifact;
import dev.headrace.flux.ExternalArtifactStatus;
import dev.headrace.git.Archive;
import dev.headrace.git.CommitId;
import dev.headrace.git.TreeId;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two writers of one artifact, each with its own view of the cluster. Commits are numbers here. */
@ExtendWith(InstalledCluster.Installed.class)
class RacingWritersOnClusterTest {
  private static final String NAMESPACE = "racing-writers";
  private static final String NAME = "app-racing00";
  private static final int ROUNDS = 40;

  private final InstalledCluster cluster;

  RacingWritersOnClusterTest(InstalledCluster cluster) {
    this.cluster = cluster;
  }

  @BeforeEach
  void makeRoom() {
    var _ =
        cluster
            .kubernetes()
            .resource(
                new NamespaceBuilder().withNewMetadata().withName(NAMESPACE).endMetadata().build())
            .serverSideApply();
  }

  @AfterEach
  void leaveNothing() {
    var _ = cluster.kubernetes().namespaces().withName(NAMESPACE).delete();
    cluster
        .kubernetes()
        .namespaces()
        .withName(NAMESPACE)
        .waitUntilCondition(gone -> gone == null, 60, TimeUnit.SECONDS);
  }

  @Test
  void theOlderOfTwoWritersLosesAndTheArtifactOnlyMovesForwards() throws Exception {
    List<Long> told = new CopyOnWriteArrayList<>();
    try (Writer one = writer();
        Writer other = writer();
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        Watch watch = watch(told)) {
      assertThat(watch).isNotNull();
      assertThat(one.writes(1)).isInstanceOf(Wiring.Standing.Wanted.class);
      CyclicBarrier together = new CyclicBarrier(2);
      for (int round = 1; round <= ROUNDS; round++) {
        long older = 2L * round;
        long newer = older + 1;
        Writer first = round % 2 == 0 ? one : other;
        Writer second = round % 2 == 0 ? other : one;
        Future<Wiring.Standing> behind =
            threads.submit(() -> {
              var _ = together.await();
              return first.writes(older);
            });
        Future<Wiring.Standing> ahead =
            threads.submit(() -> {
              var _ = together.await();
              return second.writes(newer);
            });
        assertThat(ahead.get()).as("commit %d", newer).isInstanceOf(Wiring.Standing.Wanted.class);
        assertThat(behind.get()).isNotNull();
        assertThat(present()).isEqualTo(newer);
      }
    }
    assertThat(told).isSorted().hasSizeGreaterThan(ROUNDS);
  }

  @Test
  void whoActsByAnOldViewIsRefused() throws Exception {
    try (Writer behind = writer();
        Writer ahead = writer()) {
      assertThat(behind.writes(1)).isInstanceOf(Wiring.Standing.Wanted.class);
      behind.seesNumber(1);
      behind.view.close();
      assertThat(ahead.writes(3)).isInstanceOf(Wiring.Standing.Wanted.class);
      assertThat(behind.writesOnce(2)).isInstanceOf(Wiring.Standing.Contested.class);
      assertThat(present()).isEqualTo(3);
    }
  }

  private Writer writer() {
    ClusterView view = new ClusterView(cluster.kubernetes(), Clock.systemUTC());
    view.start(directory -> {}).join();
    return new Writer(view);
  }

  private final class Writer implements AutoCloseable {
    private final ClusterView view;
    private final Wiring wiring;

    Writer(ClusterView view) {
      this.view = view;
      this.wiring =
          new Wiring(
              cluster.kubernetes(),
              view,
              "http://nobody.example.test/",
              tree -> Optional.of(new Archive(new byte[] {1}, "0".repeat(64))),
              Clock.systemUTC());
    }

    /** Until it is written, or something newer stands there. */
    Wiring.Standing writes(long number) {
      Wiring.Standing standing;
      do {
        standing = writesOnce(number);
      } while (standing instanceof Wiring.Standing.Contested);
      return standing;
    }

    Wiring.Standing writesOnce(long number) {
      String sha = "%040x".formatted(number);
      return wiring.converge(
          new Wiring.Pair(
              NAMESPACE,
              NAME,
              Map.of(),
              "nobody",
              Target.revision(new CommitId(sha)),
              new TreeId(sha)),
          standing -> number(standing) < number);
    }

    void seesNumber(long number) {
      while (view.artifact(NAMESPACE, NAME)
          .flatMap(RacingWritersOnClusterTest::number)
          .filter(seen -> seen == number)
          .isEmpty()) {
        Thread.onSpinWait();
      }
    }

    @Override
    public void close() {
      view.close();
    }
  }

  private long present() {
    return number(
            cluster
                .kubernetes()
                .resources(ExternalArtifact.class)
                .inNamespace(NAMESPACE)
                .withName(NAME)
                .require())
        .orElseThrow();
  }

  private Watch watch(List<Long> told) {
    return cluster
        .kubernetes()
        .resources(ExternalArtifact.class)
        .inNamespace(NAMESPACE)
        .withName(NAME)
        .watch(
            new Watcher<>() {
              @Override
              public void eventReceived(Action action, ExternalArtifact object) {
                number(object).ifPresent(told::add);
              }

              @Override
              public void onClose(WatcherException cause) {}
            });
  }

  private static Optional<Long> number(ExternalArtifact object) {
    return Optional.ofNullable(object.getStatus())
        .map(ExternalArtifactStatus::artifact)
        .map(Artifact::revision)
        .map(RacingWritersOnClusterTest::number);
  }

  private static long number(String revision) {
    return Long.parseLong(Target.commit(revision).orElseThrow().sha(), 16);
  }
}
