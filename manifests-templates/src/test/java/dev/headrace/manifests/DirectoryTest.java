package dev.headrace.manifests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Directories as an operator may have changed them, or as another version wrote them. */
class DirectoryTest {
  private static final Manifests MANIFESTS = new Manifests(Apps.SETTINGS);

  private final SortedMap<String, byte[]> files = new TreeMap<>();

  @BeforeEach
  void renderAnApp() {
    files.putAll(MANIFESTS.render(Apps.multi("app.py"), Apps.todo(), Optional.empty()).files());
  }

  @Test
  void renderedFilesOfAnotherVersionDoNotMatter() {
    files.keySet().removeIf(path -> path.equals("service.yaml"));
    files.put("deployment.yaml", "{{ not: yaml".getBytes(UTF_8));
    files.put("httproute.yaml", "kind: HTTPRoute".getBytes(UTF_8));

    ParsedApp parsed = MANIFESTS.parse(files);
    assertThat(parsed.spec()).isEqualTo(Apps.multi("app.py"));
    assertThat(parsed.source()).isEqualTo(Apps.todo());
  }

  @Test
  void anEncryptedEnvironmentIsPartOfTheDigest() {
    String without = MANIFESTS.parse(files).contentDigest();
    files.put("env.sops.yaml", "kind: Secret".getBytes(UTF_8));
    assertThat(MANIFESTS.parse(files).contentDigest()).isNotEqualTo(without);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          replicas: 1            | replicas: 11           | replicas: 11 (expected: 0 to 10)
          replicas: 1            | replicas: "1"          | app.yaml spec.replicas: 1 (expected: a whole number)
          replicas: 1            | replicas: 1.0          | app.yaml spec.replicas: 1.0 (expected: a whole number)
          name: "Todo API"       | name: true             | app.yaml spec.name: true (expected: a string; put it in quotes)
          name: "Todo API"       | nmae: "Todo API"       | app.yaml spec: nmae (expected: only name, owner, mode
          restarts: 3            | #                      | app.yaml spec.restarts: nothing (expected: a value, which is required)
          mode: "multi"          | mode: "double"         | app.yaml spec.mode: double (expected: single or multi)
          resources: "medium"    | resources: "huge"      | app.yaml spec.resources: huge (expected: micro or small or medium or large)
          kind: App              | kind: Apps             | app.yaml kind: Apps (expected: App)
          headrace.dev/v1        | headrace.dev/v2        | app.yaml apiVersion: headrace.dev/v2 (expected: headrace.dev/v1)
          kind: App              | kind: &x App           | app.yaml: an anchor (expected: plain YAML without aliases, anchors and tags)
          kind: App              | kind: !!str App        | app.yaml: a tag (expected: plain YAML without aliases, anchors and tags)
          replicas: 1            | restarts: 3            | app.yaml: line 14: found duplicate key restarts (expected: one document of plain YAML)
          kind: App              | kind: App\\n---\\nx: y     | app.yaml: line 3: but found another document
          kind: App              | kind: [                | app.yaml: line 4: expected ',' or ']', but got : (expected: one document of plain YAML)
          """)
  void aMistakeInAppYamlIsNamedWithItsPlace(String rendered, String edited, String message) {
    edit(rendered, edited.replace("\\n", "\n"));
    assertThatExceptionOfType(InvalidSpec.class)
        .isThrownBy(() -> MANIFESTS.parse(files))
        .withMessageStartingWith(message);
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 20_000})
  void deepNestingIsRefusedBeforeItIsBuilt(int depth) {
    files.put("app.yaml", ("x: " + "[".repeat(depth) + "]".repeat(depth)).getBytes(UTF_8));
    assertThatExceptionOfType(InvalidSpec.class)
        .isThrownBy(() -> MANIFESTS.parse(files))
        .withMessage("app.yaml: more than 32 levels (expected: at most 32 levels)");
  }

  @Test
  void anAliasIsRefused() {
    files.put("app.yaml", "a: &a [x]\nb: [*a, *a]".getBytes(UTF_8));
    assertThatExceptionOfType(InvalidSpec.class)
        .isThrownBy(() -> MANIFESTS.parse(files))
        .withMessageContaining("plain YAML without aliases");
  }

  @Test
  void aHugeAppYamlIsRefused() {
    files.put("app.yaml", ("# " + "x".repeat(300_000)).getBytes(UTF_8));
    assertThatExceptionOfType(InvalidSpec.class)
        .isThrownBy(() -> MANIFESTS.parse(files))
        .withMessageStartingWith("app.yaml:");
  }

  @Test
  void aDirectoryWithoutAppYamlIsNoApp() {
    files.remove("app.yaml");
    assertThatExceptionOfType(InvalidSpec.class)
        .isThrownBy(() -> MANIFESTS.parse(files))
        .withMessage("app.yaml: nothing (expected: the file in the app's directory)");
  }

  @Test
  void sourceThatIsNotUtf8IsNamed() {
    files.put("src/data.txt", new byte[] {(byte) 0xC3, '('});
    assertThatExceptionOfType(InvalidSpec.class)
        .isThrownBy(() -> MANIFESTS.parse(files))
        .withMessage("file: data.txt (expected: text in UTF-8)");
  }

  @Test
  void sourceIsHeldToTheSameRulesAsAnyDeploy() {
    files.put("src/.gitattributes", "* binary".getBytes(UTF_8));
    assertThatExceptionOfType(InvalidSpec.class)
        .isThrownBy(() -> MANIFESTS.parse(files))
        .satisfies(refused -> assertThat(refused.value()).isEqualTo(".gitattributes"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          deployment.yaml    | "memory": "256Mi"      | "memory": "1Ti"  | memory: 1Ti (expected: bytes such as 128Mi)
          deployment.yaml    | "cpu": "1000m"         | "cpu": "much"    | cpu: much (expected: cores such as 1 or
          deployment.yaml    | name: runner           | name: walker     | (expected: an item with the name runner)
          deployment.yaml    | key: "app.py"          | key: "gone.py"   | (expected: a key whose file is in the directory)
          kustomization.yaml | "app.py=src/app.py"    | "app.py"         | kustomization.yaml configMapGenerator[0].files[0]: app.py (expected: key=file)
          """)
  void aDeploymentThatCannotBeFollowedIsNamedWithItsPlace(
      String file, String rendered, String edited, String message) {
    String text = new String(files.getOrDefault(file, new byte[0]), UTF_8);
    assertThat(text).contains(rendered);
    files.put(file, text.replace(rendered, edited).getBytes(UTF_8));
    assertThatExceptionOfType(InvalidSpec.class)
        .isThrownBy(() -> MANIFESTS.workload(files))
        .withMessageContaining(message);
  }

  private void edit(String rendered, String edited) {
    String text = new String(files.getOrDefault("app.yaml", new byte[0]), UTF_8);
    assertThat(text).contains(rendered);
    files.put("app.yaml", text.replace(rendered, edited).getBytes(UTF_8));
  }
}
