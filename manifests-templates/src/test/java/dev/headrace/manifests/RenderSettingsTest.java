package dev.headrace.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RenderSettingsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          h-{owner}   | example.org   | example.org | web | runner | namespacePattern: h-{owner} (
          {tenant}{tenant}{tenant} | example.org | example.org | web | runner | namespacePattern:
          h-{tenant}  | Example.org   | example.org | web | runner | appDomain: Example.org (
          h-{tenant}  | localhost:80  | example.org | web | runner | appDomain: localhost:80 (
          h-{tenant}  | a.org`)      | example.org | web | runner | appDomain: a.org`) (
          h-{tenant}  | example.org   | -x.org      | web | runner | appsHost: -x.org (
          h-{tenant}  | example.org   | example.org | a b | runner | entryPoint: a b (
          h-{tenant}  | example.org   | example.org | web | run ner | runnerImage: run ner (
          """)
  void aSettingThatWouldBreakEveryAppIsRefused(
      String namespaces,
      String domain,
      String host,
      String entryPoint,
      String image,
      String error) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new RenderSettings(namespaces, domain, host, entryPoint, image, Optional.empty()))
        .withMessageStartingWith(error);
  }

  @ParameterizedTest
  @CsvSource({"headrace-{tenant},headrace-" + Apps.OWNER, "fastapi-platform,fastapi-platform"})
  void aPatternGivesTheNamespaceOfATenant(String pattern, String namespace) {
    RenderSettings settings =
        new RenderSettings(pattern, "localhost", "localhost", "web", "r", Optional.empty());
    assertThat(settings.namespace(Apps.OWNER)).isEqualTo(namespace);
  }
}
