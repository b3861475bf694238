package dev.headrace.manifests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemplatesTest {
  private static final Pattern PLACE = Pattern.compile("\\{\\{.*?}}");
  private static final Pattern QUOTED_PLACE = Pattern.compile("\\{\\{ [A-Za-z.]+ \\| yaml }}");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "app.yaml",
        "kustomization.yaml",
        "deployment.yaml",
        "service.yaml",
        "ingressroute.yaml",
        "middleware.yaml"
      })
  void everyValueGoesThroughTheQuotingFilter(String name) throws IOException {
    try (InputStream in = Templates.class.getResourceAsStream(name + ".j2")) {
      String template = new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
      assertThat(PLACE.matcher(template).results().map(MatchResult::group))
          .isNotEmpty()
          .allMatch(QUOTED_PLACE.asMatchPredicate());
    }
  }

  @Test
  void aValueThatIsNotThereFailsTheRendering() {
    Templates templates = new Templates(List.of("middleware.yaml"));
    assertThatIllegalStateException()
        .isThrownBy(() -> templates.render("middleware.yaml", Map.of("labels", Map.of())))
        .withMessageStartingWith("template middleware.yaml.j2, line 4: ")
        .withMessageContaining("value: null (expected: a value)");
  }

  @Test
  void aValueThatHasNoPlaceInYamlFailsTheRendering() {
    Templates templates = new Templates(List.of("middleware.yaml"));
    assertThatIllegalStateException()
        .isThrownBy(() ->
            templates.render(
                "middleware.yaml",
                Map.of("labels", new Object(), "middlewareName", "x", "rootPath", "/")))
        .withMessageStartingWith("template middleware.yaml.j2, line 5: ")
        .withMessageContaining("expected: a string, whole number, list or map");
  }
}
