package dev.headrace.delivery.flux;

import dev.headrace.delivery.DeliveryEngine.Logs;
import dev.headrace.git.AppId;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an app's newest pod wrote, as the API server tells it. */
final class PodLogs {
  private final KubernetesClient client;
  private final ClusterView view;

  PodLogs(KubernetesClient client, ClusterView view) {
    this.client = client;
    this.view = view;
  }

  Logs newest(String namespace, AppId app, int most, Optional<Instant> since) {
    Optional<Pod> newest = view.pods(namespace, app).stream().findFirst();
    if (newest.isEmpty()) {
      return new Logs(Optional.empty(), List.of(), false);
    }
    String name = newest.get().getMetadata().getName();
    PodResource pod = client.pods().inNamespace(namespace).withName(name);
    List<Logs.Line> lines = new ArrayList<>();
    if (hasRestarted(newest.get())) {
      lines.addAll(read(pod, most + 1, true));
    }
    lines.addAll(read(pod, most + 1, false));
    List<Logs.Line> wanted =
        lines.stream().filter(line -> since.isEmpty() || !line.at().isBefore(since.get())).toList();
    boolean truncated = wanted.size() > most;
    return new Logs(
        Optional.of(name),
        truncated ? wanted.subList(wanted.size() - most, wanted.size()) : wanted,
        truncated);
  }

  /** A container that has not started yet has no log, which is no error. */
  private static List<Logs.Line> read(PodResource pod, int most, boolean previous) {
    try {
      @Nullable String text =
          previous
              ? pod.usingTimestamps().terminated().tailingLines(most).getLog()
              : pod.usingTimestamps().tailingLines(most).getLog();
      return text == null ? List.of() : text.lines().map(PodLogs::line).toList();
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_BAD_REQUEST
          || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
        return List.of();
      }
      throw e;
    }
  }

  /** As kubelet writes it: a time, a blank, what the app wrote. */
  private static Logs.Line line(String told) {
    int blank = told.indexOf(' ');
    try {
      return new Logs.Line(Instant.parse(told.substring(0, blank)), told.substring(blank + 1));
    } catch (DateTimeParseException | StringIndexOutOfBoundsException e) {
      return new Logs.Line(Instant.EPOCH, told);
    }
  }

  private static boolean hasRestarted(Pod pod) {
    return pod.getStatus() != null
        && pod.getStatus().getContainerStatuses().stream()
            .map(ContainerStatus::getRestartCount)
            .anyMatch(count -> count > 0);
  }
}
