package dev.headrace.manifests;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The ConfigMap that carries one state of an app's source, made by kustomize from a folder.
 *
 * @param folder {@code src/} or {@code serving/}
 */
record CodeMap(String name, String folder, SourceFiles source) {
  private static final int NAME_DIGITS = 10;

  static CodeMap of(String appId, String folder, SourceFiles source) {
    return new CodeMap(
        "app-" + appId + "-code-" + source.digest().substring(0, NAME_DIGITS), folder, source);
  }

  /**
   * A ConfigMap's keys have no slashes. No name in a path holds two dots in a row or begins or ends
   * with one, so different paths have different keys.
   */
  static String key(String path) {
    return path.replace("/", "..");
  }

  List<String> paths() {
    return List.copyOf(source.files().keySet());
  }

  /** As kustomize's generator takes them: key=file. */
  List<String> generatorEntries() {
    return paths().stream().map(path -> key(path) + "=" + folder + path).toList();
  }

  /** The file of the directory behind each path. */
  SortedMap<String, String> files() {
    SortedMap<String, String> files = new TreeMap<>();
    paths().forEach(path -> files.put(path, folder + path));
    return files;
  }
}
