package dev.headrace.flux;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/** Flux asks for nothing here. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ExternalArtifactSpec() {}
