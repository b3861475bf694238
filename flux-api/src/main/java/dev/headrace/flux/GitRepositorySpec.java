package dev.headrace.flux;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Where the branch is and how often it is looked at.
 *
 * @param interval as Go writes durations
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GitRepositorySpec(String url, String interval, @Nullable Reference ref) {

  /** What of the repository. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Reference(String branch) {}
}
