package dev.headrace.manifests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SchemaTest {
  private static final Schemas SCHEMAS = new Schemas();
  private static final Map<String, String> KINDS =
      Map.of(
          "deployment.yaml", "Deployment",
          "service.yaml", "Service",
          "ingressroute.yaml", "IngressRoute",
          "middleware.yaml", "Middleware",
          "kustomization.yaml", "Kustomization");

  private final SortedMap<String, String> files =
      Apps.texts(
          new Manifests(Apps.SETTINGS)
              .render(
                  Apps.multi("app.py"), Apps.todo(), Optional.of(SourceFiles.single(Apps.HELLO))));

  @Test
  void everyRenderedObjectIsValid() {
    KINDS.forEach((file, kind) -> assertThat(complaints(file, text(file))).as(file).isEmpty());
  }

  @ParameterizedTest
  @EnumSource(Resources.class)
  void everyPlanIsValidWithAnyNumberOfReplicas(Resources plan) {
    AppSpec spec =
        new AppSpec(
            "k3f9a2bq",
            "x",
            Apps.OWNER,
            Mode.SINGLE,
            Framework.FASTAPI,
            "main.py",
            Optional.empty(),
            plan,
            0,
            0);
    RenderSettings plain =
        new RenderSettings("apps", "example.org", "example.org", "web", "runner", Optional.empty());
    String deployment =
        Apps.texts(
                new Manifests(plain).render(spec, SourceFiles.single(Apps.HELLO), Optional.empty()))
            .getOrDefault("deployment.yaml", "");
    assertThat(complaints("deployment.yaml", deployment)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          deployment.yaml    | enableServiceLinks:     | enableServiceLink:
          deployment.yaml    | replicas: 1             | replicas: "1"
          deployment.yaml    | readOnlyRootFilesystem: | readonlyRootFilesystem:
          deployment.yaml    | readinessProbe:         | readyProbe:
          deployment.yaml    | terminationMessagePolicy: | terminationMessage:
          deployment.yaml    | periodSeconds: 1        | periodSeconds: 1s
          deployment.yaml    | drop:                   | dorp:
          deployment.yaml    | sizeLimit:              | size:
          deployment.yaml    | key: "app.py"           | keys: "app.py"
          deployment.yaml    | matchLabels:            | labels:
          deployment.yaml    | metadata:               | metdata:
          service.yaml       | targetPort: 8000        | targetPort: true
          service.yaml       | selector:               | selectors:
          ingressroute.yaml  | match:                  | matches:
          ingressroute.yaml  | kind: Rule              | kind: Route
          ingressroute.yaml  | entryPoints:            | entrypoints:
          middleware.yaml    | stripPrefix:            | stripprefix:
          middleware.yaml    | prefixes:               | prefix:
          middleware.yaml    | labels:                 | lables:
          kustomization.yaml | configMapGenerator:     | configMapGenerators:
          kustomization.yaml | disableNameSuffixHash: true | disableNameSuffixHash: 1
          kustomization.yaml | immutable:              | imutable:
          """)
  void aMisspelledFieldOrAWrongTypeIsFound(String file, String rendered, String broken) {
    assertThat(text(file)).contains(rendered);
    assertThat(complaints(file, text(file).replace(rendered, broken))).isNotEmpty();
  }

  @Test
  void podsAreHardened() {
    Yaml pod =
        Yaml.parse("deployment.yaml", text("deployment.yaml").getBytes(UTF_8))
            .at("spec")
            .at("template")
            .at("spec");
    assertThat(pod.at("automountServiceAccountToken").value()).isEqualTo(false);
    assertThat(pod.at("enableServiceLinks").value()).isEqualTo(false);
    assertThat(pod.at("securityContext").value())
        .isEqualTo(
            Map.of(
                "runAsNonRoot",
                true,
                "runAsUser",
                10001,
                "runAsGroup",
                10001,
                "seccompProfile",
                Map.of("type", "RuntimeDefault")));
    Yaml runner = pod.at("containers").named("runner");
    assertThat(runner.at("securityContext").value())
        .isEqualTo(
            Map.of(
                "allowPrivilegeEscalation", false,
                "readOnlyRootFilesystem", true,
                "capabilities", Map.of("drop", List.of("ALL"))));
    assertThat(runner.at("resources").value())
        .isEqualTo(
            Map.of(
                "requests", Map.of("cpu", "50m", "memory", "64Mi"),
                "limits", Map.of("cpu", "1000m", "memory", "256Mi")));
  }

  @Test
  void probesAskTheRunnerAndNotTheUsersCode() {
    assertThat(text("deployment.yaml").split("path: /.headrace/health\n", -1)).hasSize(3);
    assertThat(text("deployment.yaml")).doesNotContain("path: /health");
  }

  private static List<String> complaints(String file, String yaml) {
    return SCHEMAS.complaints(
        KINDS.getOrDefault(file, file), Yaml.parse(file, yaml.getBytes(UTF_8)));
  }

  private String text(String file) {
    return files.getOrDefault(file, "");
  }
}
