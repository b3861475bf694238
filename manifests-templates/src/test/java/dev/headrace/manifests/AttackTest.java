package dev.headrace.manifests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person may choose comes out as it went in, however much it looks like YAML or Jinja. */
class AttackTest {
  private static final String[] FRAGMENTS = {
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "{{ 7*7 }}",
    "{% raw %}",
    "{% include 'app.yaml' %}",
    "${x}",
    "$(x)",
    "&a ",
    "*a",
    "!!java",
    "<<: *a",
    "---",
    "...",
    "- ",
    ": ",
    "#",
    "\"",
    "'",
    "\\",
    "\\u0041",
    "\\n",
    "[",
    "]",
    "{",
    "}",
    ",",
    "|",
    ">",
    "?",
    "%YAML 1.1",
    "@",
    "`",
    "~",
    "null",
    "true",
    "0x1f",
    "1e3",
    "=",
    " ",
    "\u00e4",
    "\u0645",
    "\ud83d\ude00",
    "\u200d",
    "\ufeff",
    "\u00a0",
    "\u00ad",
    "\ufffd"
  };
  private static final String[] CONTENT_FRAGMENTS = {
    "\n", "\r\n", "\t", "\f", "\r", "\u2028", "\u202e"
  };

  private final Manifests manifests = new Manifests(Apps.SETTINGS);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ 7*7 }}",
        "{{ app.__class__ }}",
        "{% for x in range(9) %}x{% endfor %}",
        "{# gone #}",
        "${HOME} $(id)",
        "\", hostNetwork: true",
        "x\", \"y\": \"z",
        "x\" #",
        "*anchor",
        "&anchor x",
        "!!binary x",
        "--- x",
        "... x",
        "| x",
        "> x",
        "? x : y",
        "- x",
        "%TAG ! x",
        "null",
        "~",
        "yes",
        "0o17",
        "1_000",
        "2026-01-01",
        "\\x00\\u0000\\",
        "'",
        "''",
        "\"",
        "\ufeff",
        " x ",
        "=",
        "<<",
        "\u0645\u0631\u062d\u0628\u0627",
        "\ud83d\udc69\u200d\ud83d\udcbb",
        "\udbff\udffd"
      })
  void aNameThatLooksLikeSyntaxIsOnlyAName(String name) {
    SourceFiles source = SourceFiles.single(Apps.HELLO);
    RenderedApp rendered = manifests.render(Apps.single(name), source, Optional.empty());

    assertThat(manifests.parse(rendered.files()).spec().name()).isEqualTo(name);
    TreeMap<String, String> expected =
        new TreeMap<>(Apps.texts(manifests.render(Apps.single("Hello"), source, Optional.empty())));
    expected.remove("app.yaml");
    assertThat(Apps.texts(rendered)).containsAllEntriesOf(expected).hasSize(expected.size() + 1);
  }

  @Test
  void randomNamesAndTextsReadBackAsThemselves() {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      AppSpec spec = Apps.multi("app.py").renamed(name(random));
      SourceFiles source = source(random);
      SourceFiles serving = source(random);

      RenderedApp rendered = manifests.render(spec, source, Optional.of(serving));

      ParsedApp parsed = manifests.parse(rendered.files());
      assertThat(parsed.spec()).as("seed %d, round %d", seed, round).isEqualTo(spec);
      assertThat(parsed.source()).as("seed %d, round %d", seed, round).isEqualTo(source);
      assertThat(manifests.workload(rendered.files()).code().keySet())
          .as("seed %d, round %d", seed, round)
          .isEqualTo(source.files().keySet());
    }
  }

  @Test
  void anyStringSurvivesTheQuotingFilter() {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 2_000; round++) {
      String text =
          random
              .ints(random.nextInt(40), 0, 0x11_0000)
              .map(point -> random.nextBoolean() ? point % 0x100 : point)
              .filter(point -> point < 0xD800 || point > 0xDFFF)
              .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
              .toString();
      String quoted = YamlQuoting.quote(Map.of(text, text));

      assertThat(quoted).as("seed %d", seed).matches("[ -~]*");
      assertThat(Yaml.parse("x", quoted.getBytes(UTF_8)).value())
          .as("seed %d", seed)
          .isEqualTo(Map.of(text, text));
    }
  }

  @Test
  void aVeryLongStringStaysOnOneLine() {
    String text = "\" \\ {{ x }} \ud83d\ude00\n".repeat(1_000);
    assertThat(YamlQuoting.quote(text)).doesNotContain("\n");
    assertThat(Yaml.parse("x", YamlQuoting.quote(text).getBytes(UTF_8)).value()).isEqualTo(text);
  }

  private static String name(Random random) {
    StringBuilder name = new StringBuilder();
    for (int part = random.nextInt(12); part > 0; part--) {
      name.append(FRAGMENTS[random.nextInt(FRAGMENTS.length)]);
    }
    return name.toString();
  }

  static SourceFiles source(Random random) {
    Map<String, String> files = new TreeMap<>();
    files.put("app.py", text(random));
    for (int file = random.nextInt(6); file > 0; file--) {
      files.put("d" + random.nextInt(3) + "/f-" + file + ".min.js", text(random));
    }
    return Apps.files(files);
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int part = random.nextInt(20); part > 0; part--) {
      text.append(FRAGMENTS[random.nextInt(FRAGMENTS.length)]);
      if (random.nextInt(3) == 0) {
        text.append(CONTENT_FRAGMENTS[random.nextInt(CONTENT_FRAGMENTS.length)]);
      }
    }
    return text.toString();
  }
}
