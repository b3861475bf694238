package dev.headrace.delivery.flux;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What kubelet and the scheduler warned of last, by pod. Thread-safe. */
final class Warnings {
  private static final int PODS = 5_000;

  private record Warning(String at, String message) {}

  private final Map<String, Warning> byPod =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Warning> eldest) {
              return size() > PODS;
            }
          });

  /** In any order: after a watch was interrupted, old events are told again. */
  void remember(Event event) {
    boolean says = event.getMessage() != null && !isWaiting(event);
    if (says && event.getInvolvedObject().getUid() != null) {
      byPod.merge(
          event.getInvolvedObject().getUid(),
          new Warning(at(event), event.getMessage()),
          (before, now) -> now.at().compareTo(before.at()) < 0 ? before : now);
    }
  }

  /** That kubelet waits before the next try hides why it has to try again. */
  private static boolean isWaiting(Event event) {
    return "BackOff".equals(event.getReason());
  }

  /** As Kubernetes writes times, which sort as texts do. */
  private static String at(Event event) {
    @Nullable String last = event.getLastTimestamp();
    return last != null
        ? last
        : Objects.requireNonNullElse(event.getMetadata().getCreationTimestamp(), "");
  }

  Optional<String> of(Pod pod) {
    return Optional.ofNullable(byPod.get(pod.getMetadata().getUid())).map(Warning::message);
  }
}
