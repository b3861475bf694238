package dev.headrace.flux;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * What is to be applied, how often, and with whose rights.
 *
 * @param interval as Go writes durations
 * @param retryInterval after a failure
 * @param timeout of one reconciliation
 * @param prune removes what the source no longer has
 * @param waitForHealth holds a worker until all is healthy; Headrace watches by itself
 * @param serviceAccountName in the Kustomization's namespace; its rights are all that it has
 * @param suspend an operator's wish; Headrace never writes it
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record KustomizationSpec(
    String interval,
    String retryInterval,
    String timeout,
    String path,
    boolean prune,
    @JsonProperty("wait") boolean waitForHealth,
    String serviceAccountName,
    SourceRef sourceRef,
    @Nullable Boolean suspend) {

  /** A source in the Kustomization's own namespace. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record SourceRef(String kind, String name) {}
}
