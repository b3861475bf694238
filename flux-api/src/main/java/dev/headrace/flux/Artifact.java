package dev.headrace.flux;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What a source offers.
 *
 * @param url where kustomize-controller fetches the tar.gz
 * @param path names it for people
 * @param revision the trigger: what stays the same is not fetched again
 * @param digest {@code sha256:} and 64 hex digits, checked after the download
 * @param size in bytes
 * @param lastUpdateTime RFC 3339, in seconds
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Artifact(
    String url, String path, String revision, String digest, Long size, String lastUpdateTime) {}
