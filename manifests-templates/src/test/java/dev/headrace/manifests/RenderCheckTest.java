package dev.headrace.manifests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files as a template that forgot to quote would have written them. */
class RenderCheckTest {
  private static final Set<String> YAML =
      Set.of(
          "app.yaml",
          "kustomization.yaml",
          "deployment.yaml",
          "service.yaml",
          "ingressroute.yaml",
          "middleware.yaml");

  private final SourceFiles source = SourceFiles.single(Apps.HELLO);
  private final Rendering meant =
      Rendering.of(
          Apps.single(), Apps.SETTINGS, source, Optional.of(SourceFiles.single("# old\n")));
  private final SortedMap<String, byte[]> files =
      new TreeMap<>(
          new Manifests(Apps.SETTINGS)
              .render(Apps.single(), source, Optional.of(SourceFiles.single("# old\n")))
              .files());
  private final RenderCheck check =
      new RenderCheck(
          YAML,
          new TreeMap<>(files),
          new Manifests(Apps.SETTINGS)
              .render(Apps.multi("app.py"), Apps.todo(), Optional.of(source))
              .files());

  @Test
  void filesThatSayWhatWasMeantPass() {
    assertThatCode(() -> check.check(files, meant)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          app.yaml           | name: "Hello"               | name: "Hallo"
          app.yaml           | replicas: 1                 | replicas: 2
          deployment.yaml    | enableServiceLinks: false   | hostNetwork: true
          deployment.yaml    | readOnly: true              | readOnly: "true"
          deployment.yaml    | "memory": "128Mi"           | "memory": "1Gi"
          deployment.yaml    | value: "/code/main.py"      | value: "/code/other.py"
          deployment.yaml    | name: "CODE_PATH"           | name: "PATH"
          deployment.yaml    | path: "main.py"             | path: "../main.py"
          deployment.yaml    | "app-id": "k3f9a2bq"        | "app-id": "zzzzzzzz"
          kustomization.yaml | "main.py=src/main.py"       | "main.py=serving/main.py"
          kustomization.yaml | namespace: "headrace-       | namespace: "kube-system-
          deployment.yaml    | runAsNonRoot: true          | runAsNonRoot: false
          deployment.yaml    | "registry.example.org/      | "evil.example.org/
          deployment.yaml    | - ALL                       | - NONE
          kustomization.yaml | - middleware.yaml           | - src/main.py
          service.yaml       | port: 80                    | nodePort: 80
          service.yaml       | name: "app-k3f9a2bq"        | name: "app-zzzzzzzz"
          ingressroute.yaml  | Host(`app-k3f9a2bq          | Host(`console
          middleware.yaml    | /app/k3f9a2bq"              | /app/k3f9a2bq", "/api"
          """)
  void aValueOutOfItsPlaceIsFound(String file, String rendered, String broken) {
    String text = new String(files.getOrDefault(file, new byte[0]), UTF_8);
    assertThat(text).contains(rendered);
    files.put(file, text.replace(rendered, broken).getBytes(UTF_8));
    assertThatIllegalStateException()
        .isThrownBy(() -> check.check(files, meant))
        .withMessageStartingWith("rendered ");
  }

  @Test
  void aSourceFileWithOtherBytesIsFound() {
    files.put("src/main.py", "import os".getBytes(UTF_8));
    assertThatIllegalStateException()
        .isThrownBy(() -> check.check(files, meant))
        .withMessageStartingWith("rendered app:");
  }
}
