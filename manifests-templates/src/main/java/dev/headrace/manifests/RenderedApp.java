package dev.headrace.manifests;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The files of an app's directory, by path relative to it.
 *
 * @param contentDigest the join key between commit, pod and what the runner answers: lower-case hex
 *     SHA-256
 */
public record RenderedApp(SortedMap<String, byte[]> files, String contentDigest) {
  public RenderedApp {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }
}
