package dev.headrace.manifests;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an app's rendered files have a cluster run, read from them so that another engine can run
 * the same.
 *
 * @param cpuMillis limit in thousandths of a core
 * @param memoryBytes limit
 * @param environment the variables that are set to plain values
 * @param code by path below /code, the file of the directory behind it, such as {@code src/main.py}
 */
public record Workload(
    String contentDigest,
    String image,
    int replicas,
    int cpuMillis,
    long memoryBytes,
    String codePath,
    SortedMap<String, String> environment,
    SortedMap<String, String> code) {

  public Workload {
    environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    code = Collections.unmodifiableSortedMap(new TreeMap<>(code));
  }
}
