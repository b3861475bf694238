package dev.headrace.manifests;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything that the templates say about one app and that a check can look for afterwards: names,
 * labels, routes and what runs.
 */
record Rendering(
    AppSpec spec,
    RenderSettings settings,
    CodeMap code,
    Optional<CodeMap> serving,
    String contentDigest) {

  static final String CONTENT_ANNOTATION = "headrace.dev/content";
  static final String CODE_PATH = "CODE_PATH";

  private static final String CODE_HASH_ANNOTATION = "platform.gofastapi.xyz/code-hash";
  private static final String CODE_FOLDER = "/code/";

  /**
   * @throws InvalidSpec when the source is not what the specification speaks of
   */
  static Rendering of(
      AppSpec spec, RenderSettings settings, SourceFiles source, Optional<SourceFiles> serving) {
    if (!source.files().containsKey(spec.entrypoint())) {
      throw new InvalidSpec("entrypoint", spec.entrypoint(), "one of the app's files");
    }
    if (spec.mode() == Mode.SINGLE && source.files().size() != 1) {
      throw new InvalidSpec(
          "files", source.files().size() + " files", AppSpec.SINGLE_FILE + " alone in single mode");
    }
    CodeMap code = CodeMap.of(spec.id(), Directory.SOURCE, source);
    Optional<CodeMap> old =
        serving
            .filter(files -> !files.equals(source))
            .map(files -> CodeMap.of(spec.id(), Directory.SERVING, files));
    if (old.isPresent() && old.get().name().equals(code.name())) {
      throw new InvalidSpec(
          "files", code.name(), "source whose ConfigMap has another name than what serves now");
    }
    return new Rendering(
        spec, settings, code, old, ContentDigest.of(spec, source, Optional.empty()));
  }

  String objectName() {
    return "app-" + spec.id();
  }

  String middlewareName() {
    return objectName() + "-strip-prefix";
  }

  String namespace() {
    return settings.namespace(spec.ownerId());
  }

  Map<String, String> labels() {
    return new TreeMap<>(
        Map.of(
            "app",
            "user-fastapi-app",
            "app-id",
            spec.id(),
            "managed-by",
            "fastapi-platform",
            "user-id",
            spec.ownerId()));
  }

  Map<String, String> annotations() {
    return new TreeMap<>(
        Map.of(
            CONTENT_ANNOTATION,
            contentDigest,
            CODE_HASH_ANNOTATION,
            code.source().codeHash(spec.mode())));
  }

  String rootPath() {
    return "/user/" + spec.ownerId() + "/app/" + spec.id();
  }

  String hostRule() {
    return "Host(`app-" + spec.id() + "." + settings.appDomain() + "`)";
  }

  String pathRule() {
    return "Host(`" + settings.appsHost() + "`) && PathPrefix(`" + rootPath() + "`)";
  }

  List<CodeMap> codeMaps() {
    List<CodeMap> maps = new ArrayList<>(List.of(code));
    serving.ifPresent(maps::add);
    return maps;
  }

  Workload workload() {
    return new Workload(
        contentDigest,
        settings.runnerImage(),
        spec.replicas(),
        spec.resources().cpuMillis(),
        spec.resources().memoryMebibytes() * 1024L * 1024L,
        CODE_FOLDER + spec.entrypoint(),
        environment(),
        code.files());
  }

  /** By the names that the templates use. */
  Map<String, Object> values() {
    return Map.ofEntries(
        Map.entry("app", app()),
        Map.entry("objectName", objectName()),
        Map.entry("middlewareName", middlewareName()),
        Map.entry("namespace", namespace()),
        Map.entry("labels", labels()),
        Map.entry("annotations", annotations()),
        Map.entry("rootPath", rootPath()),
        Map.entry("hostRule", hostRule()),
        Map.entry("pathRule", pathRule()),
        Map.entry("entryPoint", settings.entryPoint()),
        Map.entry("image", settings.runnerImage()),
        Map.entry("imagePullSecret", settings.imagePullSecret().orElse("")),
        Map.entry("requests", Resources.requests()),
        Map.entry("limits", spec.resources().limits()),
        Map.entry(
            "environment",
            environment().entrySet().stream()
                .map(variable -> Map.of("name", variable.getKey(), "value", variable.getValue()))
                .toList()),
        Map.entry("code", codeMap(code)),
        Map.entry("codeMaps", codeMaps().stream().map(Rendering::codeMap).toList()));
  }

  private SortedMap<String, String> environment() {
    return new TreeMap<>(
        Map.of(
            "APP_ID",
            spec.id(),
            "APP_ROOT_PATH",
            rootPath(),
            CODE_PATH,
            CODE_FOLDER + spec.entrypoint(),
            "HEADRACE_CONTENT",
            contentDigest));
  }

  private Map<String, Object> app() {
    return Map.ofEntries(
        Map.entry("id", spec.id()),
        Map.entry("name", spec.name()),
        Map.entry("owner", spec.ownerId()),
        Map.entry("mode", spec.mode().word()),
        Map.entry("framework", spec.framework().word()),
        Map.entry("entrypoint", spec.entrypoint()),
        Map.entry("database", spec.databaseId().orElse("")),
        Map.entry("resources", spec.resources().word()),
        Map.entry("restarts", spec.restarts()),
        Map.entry("replicas", spec.replicas()));
  }

  private static Map<String, Object> codeMap(CodeMap map) {
    return Map.of(
        "name",
        map.name(),
        "generatorEntries",
        map.generatorEntries(),
        "mounted",
        map.paths().stream().map(path -> Map.of("key", CodeMap.key(path), "path", path)).toList());
  }
}
