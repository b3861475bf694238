package dev.headrace.benchmarks.cluster;

import dev.headrace.flux.ExternalArtifact;
import dev.headrace.flux.ExternalArtifactStatus;
import dev.headrace.flux.Kustomization;
import dev.headrace.flux.KustomizationStatus;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.Watchable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * When a watch of the cluster's admin first showed something, by {@link System#nanoTime}. What a
 * watch says is kept by name, so it does not matter whether somebody waits for it already.
 */
final class Sightings implements AutoCloseable {
  /** On pods: which version of which app they are. */
  private static final String CONTENT = "headrace.dev/content";

  private static final String APP = "app-id";

  private final Map<String, CompletableFuture<Long>> moments = new ConcurrentHashMap<>();
  private final List<Watch> watches = new ArrayList<>();
  private volatile @Nullable WatcherException broken;

  Sightings(KubernetesClient kubernetes) {
    watch(
        kubernetes.resources(Kustomization.class).inAnyNamespace(),
        (Kustomization kustomization) -> see(kustomization));
    watch(
        kubernetes.resources(ExternalArtifact.class).inAnyNamespace(),
        (ExternalArtifact artifact) -> see(artifact));
    watch(
        kubernetes.apps().deployments().inAnyNamespace().withLabel(APP),
        (Deployment deployment) -> see(deployment));
    watch(
        kubernetes.pods().inAnyNamespace().withLabel(APP),
        (Pod pod) -> see(pod),
        pod -> note(gone(content(pod.getMetadata().getAnnotations()))));
  }

  private <T> void watch(Watchable<T> which, Consumer<T> seen) {
    watch(which, seen, _ -> {});
  }

  private <T> void watch(Watchable<T> which, Consumer<T> seen, Consumer<T> gone) {
    watches.add(
        which.watch(
            new Watcher<T>() {
              @Override
              public void eventReceived(Action action, T object) {
                (action == Action.DELETED ? gone : seen).accept(object);
              }

              @Override
              public void onClose(@Nullable WatcherException cause) {
                broken = cause;
              }
            }));
  }

  /** Names of what can be seen. */
  static String applied(String namespace, String kustomization, String revision) {
    return "applied %s/%s %s".formatted(namespace, kustomization, revision);
  }

  /** Flux is told of this revision. */
  static String told(String namespace, String artifact, String revision) {
    return "told %s/%s %s".formatted(namespace, artifact, revision);
  }

  static String scheduled(String version) {
    return "scheduled " + version;
  }

  static String started(String version) {
    return "started " + version;
  }

  static String ready(String version) {
    return "ready " + version;
  }

  static String ended(String version) {
    return "ended " + version;
  }

  static String rolledOut(String version) {
    return "rolled out " + version;
  }

  /** A pod of it is no more. */
  static String gone(String version) {
    return "gone " + version;
  }

  private void see(Kustomization kustomization) {
    Optional.ofNullable(kustomization.getStatus())
        .map(KustomizationStatus::lastAppliedRevision)
        .ifPresent(revision ->
            note(
                applied(
                    kustomization.getMetadata().getNamespace(),
                    kustomization.getMetadata().getName(),
                    revision)));
  }

  private void see(ExternalArtifact artifact) {
    Optional.ofNullable(artifact.getStatus())
        .map(ExternalArtifactStatus::artifact)
        .ifPresent(says ->
            note(
                told(
                    artifact.getMetadata().getNamespace(),
                    artifact.getMetadata().getName(),
                    says.revision())));
  }

  private void see(Deployment deployment) {
    @Nullable DeploymentStatus status = deployment.getStatus();
    int wanted = deployment.getSpec().getReplicas();
    if (status != null
        && number(status.getObservedGeneration()) >= deployment.getMetadata().getGeneration()
        && number(status.getReplicas()) == wanted
        && number(status.getUpdatedReplicas()) == wanted
        && number(status.getAvailableReplicas()) == wanted) {
      note(rolledOut(version(deployment)));
    }
  }

  private void see(Pod pod) {
    String version = content(pod.getMetadata().getAnnotations());
    pod.getStatus().getConditions().stream()
        .filter(condition -> condition.getStatus().equals("True"))
        .map(PodCondition::getType)
        .forEach(type -> {
          switch (type) {
            case "PodScheduled" -> note(scheduled(version));
            case "Ready" -> note(ready(version));
            default -> {}
          }
        });
    pod.getStatus()
        .getContainerStatuses()
        .forEach(container -> {
          if (states(container).anyMatch(state -> state.getRunning() != null)) {
            note(started(version));
          }
          if (states(container).anyMatch(state -> state.getTerminated() != null)
              && pod.getMetadata().getDeletionTimestamp() == null) {
            note(ended(version));
          }
        });
  }

  private static Stream<ContainerState> states(ContainerStatus container) {
    return Stream.of(
            Optional.ofNullable(container.getState()),
            Optional.ofNullable(container.getLastState()))
        .flatMap(Optional::stream);
  }

  private static String content(@Nullable Map<String, String> annotations) {
    return annotations == null ? "" : annotations.getOrDefault(CONTENT, "");
  }

  /** What tells the pods of this version from all others. */
  static String version(Deployment deployment) {
    return content(deployment.getSpec().getTemplate().getMetadata().getAnnotations());
  }

  private static long number(@Nullable Number value) {
    return value == null ? 0 : value.longValue();
  }

  void note(String what) {
    var _ = moment(what).complete(System.nanoTime());
  }

  private CompletableFuture<Long> moment(String what) {
    return moments.computeIfAbsent(what, name -> new CompletableFuture<>());
  }

  /** When it was seen first. */
  long await(String what, Duration within) throws InterruptedException {
    try {
      return moment(what).get(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "not seen within %d s: %s".formatted(within.toSeconds(), what), broken);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    watches.forEach(Watch::close);
  }
}
