package dev.headrace.manifests;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Apps and settings that tests begin from. */
final class Apps {
  static final RenderSettings SETTINGS =
      new RenderSettings(
          "headrace-{tenant}",
          "apps.example.org",
          "apps.example.org",
          "web",
          "registry.example.org/headrace/runner:1.0",
          Optional.of("ghcr-auth"));

  static final String OWNER = "65f0c1d2e3a4b5c6d7e8f901";
  static final String HELLO = "from fastapi import FastAPI\n\napp = FastAPI()\n";

  private Apps() {}

  static AppSpec single() {
    return single("Hello");
  }

  static AppSpec single(String name) {
    return new AppSpec(
        "k3f9a2bq",
        name,
        OWNER,
        Mode.SINGLE,
        Framework.FASTAPI,
        AppSpec.SINGLE_FILE,
        Optional.empty(),
        Resources.SMALL,
        0,
        1);
  }

  static AppSpec multi(String entrypoint) {
    return new AppSpec(
        "k3f9a2bq",
        "Todo API",
        OWNER,
        Mode.MULTI,
        Framework.FASTHTML,
        entrypoint,
        Optional.of("db-1"),
        Resources.MEDIUM,
        3,
        1);
  }

  static SourceFiles todo() {
    return files(
        Map.of(
            "app.py", HELLO,
            "store/__init__.py", "",
            "store/todos.py", "TODOS = []\n",
            "static/css/styles.css", "body { color: #123 }\r\n",
            "static/data.json", "{\"a\": \"\u00e4\ud83d\ude00\"}"));
  }

  static SourceFiles files(Map<String, String> files) {
    return new SourceFiles(new TreeMap<>(files));
  }

  static SortedMap<String, String> texts(RenderedApp rendered) {
    SortedMap<String, String> texts = new TreeMap<>();
    rendered.files().forEach((path, bytes) -> texts.put(path, new String(bytes, UTF_8)));
    return texts;
  }
}
