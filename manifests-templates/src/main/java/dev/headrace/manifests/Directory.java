package dev.headrace.manifests;

import static java.util.stream.Collectors.joining;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * An app's directory, read: strict about app.yaml and the source, lenient about what is rendered.
 */
final class Directory {
  static final String APP = "app.yaml";
  static final String KUSTOMIZATION = "kustomization.yaml";
  static final String DEPLOYMENT = "deployment.yaml";
  static final String SERVICE = "service.yaml";
  static final String INGRESS_ROUTE = "ingressroute.yaml";
  static final String MIDDLEWARE = "middleware.yaml";
  static final String SOURCE = "src/";
  static final String SERVING = "serving/";

  static final String API_VERSION = "headrace.dev/v1";
  static final String KIND = "App";

  private static final String ENVIRONMENT = "env.sops.yaml";

  private final SortedMap<String, byte[]> files;
  private final Map<String, Yaml> parsed = new HashMap<>();

  Directory(SortedMap<String, byte[]> files) {
    this.files = files;
  }

  ParsedApp app() {
    AppSpec spec = spec();
    SourceFiles source = SourceFiles.decode(below(SOURCE));
    SortedMap<String, byte[]> serving = below(SERVING);
    return new ParsedApp(
        spec,
        source,
        serving.isEmpty() ? Optional.empty() : Optional.of(SourceFiles.decode(serving)),
        ContentDigest.of(spec, source, Optional.ofNullable(files.get(ENVIRONMENT))));
  }

  Workload workload() {
    Yaml spec = yaml(DEPLOYMENT).at("spec");
    Yaml template = spec.at("template");
    Yaml pod = template.at("spec");
    Yaml runner = pod.at("containers").named("runner");
    Yaml limits = runner.at("resources").at("limits");
    Yaml variables = runner.at("env");
    SortedMap<String, String> environment = new TreeMap<>();
    for (Yaml variable : variables.items()) {
      variable
          .find("value")
          .ifPresent(value -> environment.put(variable.at("name").text(), value.text()));
    }
    return new Workload(
        template.at("metadata").at("annotations").at(Rendering.CONTENT_ANNOTATION).text(),
        runner.at("image").text(),
        spec.at("replicas").integer(),
        Quantity.cpuMillis(limits.at("cpu")),
        Quantity.bytes(limits.at("memory")),
        variables.named(Rendering.CODE_PATH).at("value").text(),
        environment,
        code(pod.at("volumes").named("code").at("configMap")));
  }

  Yaml yaml(String file) {
    byte[] bytes = files.get(file);
    if (bytes == null) {
      throw new InvalidSpec(file, "nothing", "the file in the app's directory");
    }
    return parsed.computeIfAbsent(file, name -> Yaml.parse(name, bytes));
  }

  private AppSpec spec() {
    Yaml app = yaml(APP).only("apiVersion", "kind", "metadata", "spec");
    expect(app.at("apiVersion"), API_VERSION);
    expect(app.at("kind"), KIND);
    Yaml spec =
        app.at("spec")
            .only(
                "name",
                "owner",
                "mode",
                "framework",
                "entrypoint",
                "database",
                "resources",
                "restarts",
                "replicas");
    return new AppSpec(
        app.at("metadata").only("name").at("name").text(),
        spec.at("name").text(),
        spec.at("owner").text(),
        oneOf(spec.at("mode"), Mode.values(), Mode::word),
        oneOf(spec.at("framework"), Framework.values(), Framework::word),
        spec.at("entrypoint").text(),
        spec.find("database").map(Yaml::text),
        oneOf(spec.at("resources"), Resources.values(), Resources::word),
        spec.at("restarts").integer(),
        spec.at("replicas").integer());
  }

  private static void expect(Yaml found, String text) {
    if (!found.text().equals(text)) {
      throw found.wrong(text);
    }
  }

  private static <T> T oneOf(Yaml found, T[] constants, Function<T, String> word) {
    return Arrays.stream(constants)
        .filter(constant -> word.apply(constant).equals(found.text()))
        .findFirst()
        .orElseThrow(
            () -> found.wrong(Arrays.stream(constants).map(word).collect(joining(" or "))));
  }

  /** Follows each mounted item to its key in the generated ConfigMap and on to the file. */
  private SortedMap<String, String> code(Yaml mounted) {
    Map<String, String> sources = new HashMap<>();
    Yaml generator = yaml(KUSTOMIZATION).at("configMapGenerator").named(mounted.at("name").text());
    for (Yaml entry : generator.at("files").items()) {
      String[] keyAndFile = entry.text().split("=", 2);
      if (keyAndFile.length != 2) {
        throw entry.wrong("key=file");
      }
      sources.put(keyAndFile[0], keyAndFile[1]);
    }
    SortedMap<String, String> code = new TreeMap<>();
    for (Yaml item : mounted.at("items").items()) {
      String file = sources.get(item.at("key").text());
      if (file == null || !files.containsKey(file)) {
        throw item.wrong("a key whose file is in the directory");
      }
      code.put(item.at("path").text(), file);
    }
    return code;
  }

  private SortedMap<String, byte[]> below(String folder) {
    SortedMap<String, byte[]> found = new TreeMap<>();
    files.forEach((path, bytes) -> {
      if (path.startsWith(folder)) {
        found.put(path.substring(folder.length()), bytes);
      }
    });
    return found;
  }
}
