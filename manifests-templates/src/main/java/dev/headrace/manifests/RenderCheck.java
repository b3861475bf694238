package dev.headrace.manifests;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Looks for everything that was rendered in the files as YAML reads them. The values must be those
 * that were meant, and there may be no key that the templates do not write: so a value that got out
 * of its quotes is found whatever it says.
 */
final class RenderCheck {
  private final Set<String> knownKeys;

  /**
   * @param sample a rendering with every optional part
   */
  RenderCheck(SortedMap<String, byte[]> sample, Set<String> yamlFiles) {
    knownKeys = keys(new Directory(sample), yamlFiles);
  }

  /**
   * @throws IllegalStateException when the files say anything else than what was meant
   */
  void check(SortedMap<String, byte[]> files, Set<String> yamlFiles, Rendering meant) {
    Directory directory = new Directory(files);
    try {
      Set<String> unknown = keys(directory, yamlFiles);
      unknown.removeAll(knownKeys);
      same("keys that no template writes", unknown, Set.of());
      checkValues(directory, meant);
    } catch (InvalidSpec e) {
      throw new IllegalStateException("rendered " + e.getMessage(), e);
    }
  }

  private static void checkValues(Directory directory, Rendering meant) {
    same(
        "app",
        directory.app(),
        new ParsedApp(
            meant.spec(),
            meant.code().source(),
            meant.serving().map(CodeMap::source),
            meant.contentDigest()));
    same("workload", directory.workload(), meant.workload());

    Yaml kustomization = directory.yaml(Directory.KUSTOMIZATION);
    same(kustomization.at("namespace"), meant.namespace());
    same(kustomization.at("generatorOptions").at("labels"), meant.labels());
    same(
        kustomization.at("configMapGenerator"),
        meant.codeMaps().stream()
            .map(map -> Map.of("name", map.name(), "files", map.generatorEntries()))
            .toList());

    Yaml deployment = directory.yaml(Directory.DEPLOYMENT);
    checkMetadata(deployment, meant.objectName(), meant);
    same(deployment.at("spec").at("selector").at("matchLabels"), meant.labels());
    Yaml podMetadata = deployment.at("spec").at("template").at("metadata");
    same(podMetadata.at("labels"), meant.labels());
    same(podMetadata.at("annotations"), meant.annotations());

    Yaml service = directory.yaml(Directory.SERVICE);
    checkMetadata(service, meant.objectName(), meant);
    same(service.at("spec").at("selector"), meant.labels());

    Yaml ingressRoute = directory.yaml(Directory.INGRESS_ROUTE);
    checkMetadata(ingressRoute, meant.objectName(), meant);
    same(
        "routes",
        ingressRoute.at("spec").at("routes").items().stream()
            .map(route -> route.at("match").text())
            .toList(),
        List.of(meant.hostRule(), meant.pathRule()));

    Yaml middleware = directory.yaml(Directory.MIDDLEWARE);
    checkMetadata(middleware, meant.middlewareName(), meant);
    same(middleware.at("spec").at("stripPrefix").at("prefixes"), List.of(meant.rootPath()));
  }

  private static void checkMetadata(Yaml object, String name, Rendering meant) {
    same(object.at("metadata").at("name"), name);
    same(object.at("metadata").at("labels"), meant.labels());
  }

  private static void same(Yaml found, Object meant) {
    same(found.place(), found.value(), meant);
  }

  private static void same(String place, @Nullable Object found, Object meant) {
    if (!Objects.equals(found, meant)) {
      throw new IllegalStateException(
          "rendered " + place + ": " + found + " (expected: " + meant + ")");
    }
  }

  /** Each key's place, with list positions left out, and the type of what stands there. */
  private static Set<String> keys(Directory directory, Set<String> yamlFiles) {
    Set<String> keys = new TreeSet<>();
    yamlFiles.forEach(file -> collect(file, directory.yaml(file).value(), keys));
    return keys;
  }

  private static void collect(String place, @Nullable Object value, Set<String> keys) {
    switch (value) {
      case Map<?, ?> map -> map.forEach((key, below) -> collect(place + "\n" + key, below, keys));
      case List<?> list -> list.forEach(item -> collect(place + "\n[]", item, keys));
      case null -> keys.add(place + ": null");
      default -> keys.add(place + ": " + value.getClass().getSimpleName());
    }
  }
}
