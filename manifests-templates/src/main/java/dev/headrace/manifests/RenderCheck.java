package dev.headrace.manifests;

import static java.util.stream.Collectors.toSet;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Looks for everything that was rendered in the files as YAML reads them. What differs from app to
 * app must be what was meant; all else must be as in the samples, with no key more. So a value that
 * got out of its quotes is found whatever it says.
 */
final class RenderCheck {
  private final Set<String> yamlFiles;

  /** Per place, what may stand there: the only values, or the only types where apps differ. */
  private final Map<String, Set<Object>> allowed = new TreeMap<>();

  /**
   * Learns from two renderings that have every optional part and differ wherever apps may differ.
   */
  RenderCheck(
      Set<String> yamlFiles, SortedMap<String, byte[]> sample, SortedMap<String, byte[]> other) {
    this.yamlFiles = yamlFiles;
    Map<String, Set<Object>> otherValues = values(new Directory(other));
    values(new Directory(sample))
        .forEach((place, values) ->
            allowed.put(place, values.equals(otherValues.get(place)) ? values : types(values)));
  }

  /**
   * Compares with what was meant.
   *
   * @throws IllegalStateException when the files say anything else
   */
  void check(SortedMap<String, byte[]> files, Rendering meant) {
    Directory directory = new Directory(files);
    try {
      values(directory).forEach(this::checkAllowed);
      checkValues(directory, meant);
    } catch (InvalidSpec e) {
      throw new IllegalStateException("rendered " + e.getMessage(), e);
    }
  }

  private void checkAllowed(String place, Set<Object> values) {
    Set<Object> known = allowed.getOrDefault(place, Set.of());
    if (!known.containsAll(values) && !known.containsAll(types(values))) {
      throw new IllegalStateException(
          "rendered " + place + ": " + values + " (expected: " + known + ")");
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

  /** All scalars by their place, list positions left out. */
  private Map<String, Set<Object>> values(Directory directory) {
    Map<String, Set<Object>> values = new TreeMap<>();
    yamlFiles.forEach(file -> collect(file, directory.yaml(file).value(), values));
    return values;
  }

  private static void collect(
      String place, @Nullable Object value, Map<String, Set<Object>> values) {
    switch (value) {
      case Map<?, ?> map ->
          map.forEach((key, below) -> collect(place + " / " + key, below, values));
      case List<?> list -> list.forEach(item -> collect(place + " / *", item, values));
      case null -> throw new IllegalStateException("rendered " + place + ": null");
      default -> values.computeIfAbsent(place, _ -> new HashSet<>()).add(value);
    }
  }

  private static Set<Object> types(Set<Object> values) {
    return values.stream().map(Object::getClass).collect(toSet());
  }
}
