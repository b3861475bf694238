package dev.headrace.flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Our models against the definitions of the Flux that the testbed's Go modules pin. */
class FluxDefinitionsTest {
  private static final Path PROGRAMS = Path.of("../cluster-foundation/testbed/programs");

  /** A model and where Flux keeps the definition of the same kind. */
  record Model(Class<? extends CustomResource<?, ?>> type, String program, String definition) {
    @Override
    public String toString() {
      return type.getSimpleName();
    }
  }

  static List<Model> models() {
    return List.of(
        new Model(
            Kustomization.class,
            "kustomize-controller",
            "kustomize.toolkit.fluxcd.io_kustomizations.yaml"),
        new Model(
            ExternalArtifact.class,
            "source-controller",
            "source.toolkit.fluxcd.io_externalartifacts.yaml"),
        new Model(
            GitRepository.class,
            "source-controller",
            "source.toolkit.fluxcd.io_gitrepositories.yaml"));
  }

  @ParameterizedTest
  @MethodSource("models")
  void eachFieldIsFluxsOwn(Model model, @TempDir Path folder)
      throws IOException, InterruptedException {
    CustomResourceDefinition ours = generated(model, folder);
    CustomResourceDefinition theirs = pinned(model);
    assertThat(ours.getSpec().getGroup()).isEqualTo(theirs.getSpec().getGroup());
    assertThat(ours.getSpec().getScope()).isEqualTo(theirs.getSpec().getScope());
    assertThat(ours.getSpec().getNames().getPlural())
        .isEqualTo(theirs.getSpec().getNames().getPlural());
    CustomResourceDefinitionVersion version = ours.getSpec().getVersions().getFirst();
    CustomResourceDefinitionVersion same = version(theirs, version.getName());
    assertThat(same.getServed()).as("%s is served", version.getName()).isTrue();

    Set<String> differences = new TreeSet<>();
    compare(
        "",
        version.getSchema().getOpenAPIV3Schema(),
        same.getSchema().getOpenAPIV3Schema(),
        differences);
    assertThat(differences).isEmpty();
  }

  private static void compare(
      String path, JSONSchemaProps ours, JSONSchemaProps theirs, Set<String> differences) {
    if (!Objects.equals(ours.getType(), theirs.getType())) {
      differences.add("%s: ours %s, Flux's %s".formatted(path, ours.getType(), theirs.getType()));
      return;
    }
    if (ours.getItems() != null) {
      compare(path + "[]", ours.getItems().getSchema(), theirs.getItems().getSchema(), differences);
    }
    if (ours.getProperties() == null || ours.getProperties().isEmpty()) {
      return;
    }
    ours.getProperties()
        .forEach((name, property) -> {
          JSONSchemaProps same = theirs.getProperties().get(name);
          if (same == null) {
            differences.add("%s.%s: Flux has no such field".formatted(path, name));
          } else {
            compare(path + "." + name, property, same, differences);
          }
        });
    if (theirs.getRequired() != null) {
      theirs.getRequired().stream()
          .filter(name -> !ours.getProperties().containsKey(name))
          .forEach(name -> differences.add("%s.%s: Flux requires it".formatted(path, name)));
    }
  }

  private static CustomResourceDefinition generated(Model model, Path folder) throws IOException {
    new CRDGenerator()
        .customResourceClasses(model.type())
        .forCRDVersions("v1")
        .inOutputDir(folder.toFile())
        .generate();
    try (var files = Files.list(folder)) {
      return read(files.findFirst().orElseThrow().toFile());
    }
  }

  /** The module's files, checked against the go.sum that stands beside its pin. */
  private static CustomResourceDefinition pinned(Model model)
      throws IOException, InterruptedException {
    assumeTrue(hasGo(), "Go is not installed, and Flux's definitions come as a Go module");
    Process download =
        new ProcessBuilder("go", "mod", "download", "-json", "github.com/fluxcd/" + model.program())
            .directory(PROGRAMS.resolve(model.program()).toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    JsonNode told = new ObjectMapper().readTree(download.getInputStream());
    assertThat(download.waitFor()).as("go mod download: %s", told.path("Error")).isZero();
    return read(
        Path.of(told.path("Dir").asText(), "config/crd/bases", model.definition()).toFile());
  }

  private static boolean hasGo() throws InterruptedException {
    try {
      return new ProcessBuilder("go", "version").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static CustomResourceDefinition read(File file) throws IOException {
    return Serialization.unmarshal(Files.readString(file.toPath()), CustomResourceDefinition.class);
  }

  private static CustomResourceDefinitionVersion version(
      CustomResourceDefinition definition, String name) {
    return definition.getSpec().getVersions().stream()
        .filter(version -> version.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("Flux no longer has version " + name));
  }
}
