package dev.headrace.flux;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far kustomize-controller came.
 *
 * @param lastAppliedRevision written as an update of its own, some ms after the condition Ready
 * @param lastAttemptedRevision moves when the artifact is unpacked; not when it cannot be fetched
 * @param lastHandledReconcileAt the last request by annotation that was seen
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record KustomizationStatus(
    @Nullable Long observedGeneration,
    @Nullable String lastAppliedRevision,
    @Nullable String lastAttemptedRevision,
    @Nullable String lastHandledReconcileAt,
    @Nullable List<Condition> conditions,
    @Nullable Inventory inventory) {

  /** What is applied and would be pruned. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Inventory(List<Entry> entries) {}

  /**
   * One applied object.
   *
   * @param id {@code <namespace>_<name>_<group>_<kind>}
   * @param v version
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Entry(String id, String v) {}
}
