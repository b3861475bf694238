package dev.headrace.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rendered directories as kustomize itself builds them; the profile kustomize runs this. */
@Tag("kustomize")
class KustomizeTest {
  private final Manifests manifests = new Manifests(Apps.SETTINGS);
  private final Schemas schemas = new Schemas();

  @TempDir private Path folder;

  @Test
  void podsFindTheirFilesUnderTheirNames() throws Exception {
    Built built = build(Apps.multi("app.py"), Apps.todo(), Optional.empty());

    assertThat(built.mountedFiles()).isEqualTo(Apps.todo().files());
    assertThat(built.configMaps())
        .containsOnlyKeys("app-k3f9a2bq-code-" + Apps.todo().digest().substring(0, 10));
  }

  @Test
  void theCodeThatServesStaysBesideTheNewOne() throws Exception {
    SourceFiles old = SourceFiles.single(Apps.HELLO);
    Built built = build(Apps.multi("app.py"), Apps.todo(), Optional.of(old));

    assertThat(built.mountedFiles()).isEqualTo(Apps.todo().files());
    assertThat(built.configMaps())
        .hasSize(2)
        .containsEntry(
            "app-k3f9a2bq-code-" + old.digest().substring(0, 10), new TreeMap<>(old.files()));
  }

  @Test
  void everyObjectIsValidAndInTheTenantsNamespace() throws Exception {
    Built built =
        build(Apps.multi("app.py"), Apps.todo(), Optional.of(SourceFiles.single(Apps.HELLO)));

    assertThat(built.objects()).hasSize(6);
    for (Yaml object : built.objects()) {
      String kind = object.at("kind").text();
      assertThat(schemas.complaints(kind, object)).as(kind).isEmpty();
      assertThat(object.at("metadata").at("namespace").text()).isEqualTo("headrace-" + Apps.OWNER);
      assertThat(object.at("metadata").at("labels").texts())
          .containsOnlyKeys("app", "app-id", "managed-by", "user-id");
    }
  }

  @Test
  void aTenantsBaselineIsValidAndStaysInItsNamespace() throws Exception {
    List<Yaml> objects =
        Kustomize.build(
            Files.createTempDirectory(folder, "tenant"),
            new TenantBaseline(Tenants.SETTINGS).render(Apps.OWNER));

    assertThat(objects).hasSize(11);
    for (Yaml object : objects) {
      String kind = object.at("kind").text();
      Yaml metadata = object.at("metadata");
      assertThat(schemas.complaints(kind, object)).as(kind).isEmpty();
      assertThat(metadata.at(kind.equals("Namespace") ? "name" : "namespace").text())
          .isEqualTo("headrace-" + Apps.OWNER);
      assertThat(metadata.at("labels").at("headrace.dev/tenant").text()).isEqualTo(Apps.OWNER);
    }
    assertThat(Tenants.subjects(objects))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "headrace-tenant",
                "headrace-" + Apps.OWNER + "/headrace-tenant",
                "headrace-wiring",
                "headrace-system/headrace"));
  }

  @Test
  void awkwardTextsReachThePodUnchanged() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 20; round++) {
      TreeMap<String, String> files = new TreeMap<>(AttackTest.source(random).files());
      files.put("bom.py", "\ufeffx = 1\n");
      files.put("windows.txt", "a\r\nb\r\n");
      files.put("spaces.txt", " \n \n\t\n");
      files.put("document.txt", "---\na: b\n...\n");
      SourceFiles source = new SourceFiles(files);

      assertThat(build(Apps.multi("app.py"), source, Optional.empty()).mountedFiles())
          .as("seed %d, round %d", seed, round)
          .isEqualTo(source.files());
    }
  }

  @Test
  void thereIsRoomForTheLargestAppAndTheOneThatServes() throws Exception {
    TreeMap<String, String> files = new TreeMap<>();
    for (int number = 0; number < 50; number++) {
      files.put("a".repeat(100) + "/" + "b".repeat(60) + number + ".txt", "x".repeat(10_240));
    }
    files.put("app.py", files.remove(files.firstKey()));
    SourceFiles source = new SourceFiles(files);
    SourceFiles serving = SourceFiles.single("y".repeat(102_400));

    assertThat(build(Apps.multi("app.py"), source, Optional.of(serving)).mountedFiles())
        .isEqualTo(source.files());
  }

  private Built build(AppSpec spec, SourceFiles source, Optional<SourceFiles> serving)
      throws IOException, InterruptedException {
    return new Built(
        Kustomize.build(
            Files.createTempDirectory(folder, "app"),
            manifests.render(spec, source, serving).files()));
  }

  /** What kustomize would hand to a cluster. */
  private record Built(List<Yaml> objects) {
    SortedMap<String, SortedMap<String, String>> configMaps() {
      SortedMap<String, SortedMap<String, String>> maps = new TreeMap<>();
      for (Yaml object : objects) {
        if (object.at("kind").text().equals("ConfigMap")) {
          assertThat(object.at("immutable").value()).isEqualTo(true);
          maps.put(object.at("metadata").at("name").text(), object.at("data").texts());
        }
      }
      return maps;
    }

    SortedMap<String, String> mountedFiles() {
      Yaml mounted =
          objects.stream()
              .filter(object -> object.at("kind").text().equals("Deployment"))
              .map(deployment -> deployment.at("spec").at("template").at("spec").at("volumes"))
              .map(volumes -> volumes.named("code").at("configMap"))
              .findFirst()
              .orElseThrow();
      SortedMap<String, String> data =
          configMaps().getOrDefault(mounted.at("name").text(), new TreeMap<>());
      SortedMap<String, String> files = new TreeMap<>();
      for (Yaml item : mounted.at("items").items()) {
        assertThat(data).containsKey(item.at("key").text());
        files.put(item.at("path").text(), data.getOrDefault(item.at("key").text(), ""));
      }
      return files;
    }
  }
}
