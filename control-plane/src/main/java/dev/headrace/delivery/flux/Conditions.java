package dev.headrace.delivery.flux;

import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Conditions as Kubernetes' objects have them: at most one of each type. */
final class Conditions {
  private Conditions() {}

  static Optional<Condition> of(@Nullable List<Condition> conditions, String type) {
    return conditions == null
        ? Optional.empty()
        : conditions.stream().filter(condition -> condition.getType().equals(type)).findFirst();
  }

  /** When it became what it is, to the second. */
  static Instant since(Condition condition) {
    return Instant.parse(condition.getLastTransitionTime());
  }
}
