package dev.headrace.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ManifestsTest {
  private final Manifests manifests = new Manifests(Apps.SETTINGS);

  @Test
  void whatIsRenderedReadsBackAsItself() {
    Optional<SourceFiles> serving = Optional.of(SourceFiles.single(Apps.HELLO));
    RenderedApp rendered = manifests.render(Apps.multi("app.py"), Apps.todo(), serving);

    assertThat(manifests.parse(rendered.files()))
        .isEqualTo(
            new ParsedApp(Apps.multi("app.py"), Apps.todo(), serving, rendered.contentDigest()));
  }
}
