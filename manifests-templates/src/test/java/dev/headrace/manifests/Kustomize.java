package dev.headrace.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.json.JsonMapper;

/** Kustomize itself, as the profile kustomize builds it. */
final class Kustomize {
  private static final Path TOOLS = Path.of(System.getProperty("kustomize", ""));
  private static final JsonMapper JSON = new JsonMapper();

  private Kustomize() {}

  /** The objects that it would hand to a cluster. */
  static List<Yaml> build(Path directory, SortedMap<String, byte[]> files)
      throws IOException, InterruptedException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = directory.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
    Path errors = directory.resolve("errors");
    Path output = directory.resolve("output");
    List<Process> pipeline =
        ProcessBuilder.startPipeline(
            List.of(
                new ProcessBuilder(TOOLS.resolve("kustomize") + "", "build", directory + "")
                    .redirectError(errors.toFile()),
                new ProcessBuilder(TOOLS.resolve("to-json") + "")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .redirectOutput(output.toFile())));
    for (Process process : pipeline) {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("tools end").isTrue();
    }
    assertThat(errors).isEmptyFile();
    assertThat(pipeline).extracting(Process::exitValue).containsOnly(0);
    return Files.readAllLines(output).stream()
        .map(line -> new Yaml("output", JSON.readValue(line, Object.class)))
        .toList();
  }
}
