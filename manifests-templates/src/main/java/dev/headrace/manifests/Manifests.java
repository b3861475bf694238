package dev.headrace.manifests;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Between an app's specification and the files of its directory. The same input always gives the
 * same bytes. Safe for use by many threads; make one and keep it, the templates are parsed when it
 * is made.
 */
public final class Manifests {
  private static final Set<String> YAML_FILES =
      new TreeSet<>(
          Set.of(
              Directory.APP,
              Directory.KUSTOMIZATION,
              Directory.DEPLOYMENT,
              Directory.SERVICE,
              Directory.INGRESS_ROUTE,
              Directory.MIDDLEWARE));

  private final RenderSettings settings;
  private final Templates templates = new Templates(YAML_FILES);
  private final RenderCheck check;

  public Manifests(RenderSettings settings) {
    this.settings = settings;
    this.check = new RenderCheck(YAML_FILES, write(sample(settings)), write(otherSample(settings)));
  }

  /**
   * The files of the app's directory, read back and compared before they are returned.
   *
   * @param serving the source that was live last; it stays deployable beside the new one
   * @throws InvalidSpec when source and specification do not fit together
   */
  public RenderedApp render(AppSpec spec, SourceFiles source, Optional<SourceFiles> serving) {
    Rendering rendering = Rendering.of(spec, settings, source, serving);
    SortedMap<String, byte[]> files = write(rendering);
    check.check(files, rendering);
    return new RenderedApp(files, rendering.contentDigest());
  }

  /** How a directory differs from what would be rendered now from what it says itself. */
  public enum Difference {
    NONE,
    /** Only in how app.yaml is written: what runs would be the same. */
    WORDING,
    MANIFESTS
  }

  /**
   * Renders the directory's own specification and source once more and compares.
   *
   * @throws InvalidSpec naming the file and what is wrong with it
   */
  public Difference differenceNow(SortedMap<String, byte[]> files) {
    ParsedApp app = parse(files);
    SortedMap<String, byte[]> now = render(app.spec(), app.source(), app.serving()).files();
    Set<String> different = new TreeSet<>(files.keySet());
    different.addAll(now.keySet());
    different.removeIf(path -> Arrays.equals(files.get(path), now.get(path)));
    if (different.isEmpty()) {
      return Difference.NONE;
    }
    return different.equals(Set.of(Directory.APP)) ? Difference.WORDING : Difference.MANIFESTS;
  }

  /**
   * Reads a directory of any age: app.yaml and the source strictly, rendered files not at all.
   *
   * @throws InvalidSpec naming the file and what is wrong with it
   */
  public ParsedApp parse(SortedMap<String, byte[]> files) {
    return new Directory(files).app();
  }

  /**
   * Reads what the directory's Deployment runs.
   *
   * @throws InvalidSpec naming the file and what is wrong with it
   */
  public Workload workload(SortedMap<String, byte[]> files) {
    return new Directory(files).workload();
  }

  private SortedMap<String, byte[]> write(Rendering rendering) {
    SortedMap<String, byte[]> files = new TreeMap<>();
    Map<String, Object> values = rendering.values();
    YAML_FILES.forEach(file -> files.put(file, templates.render(file, values).getBytes(UTF_8)));
    for (CodeMap code : rendering.codeMaps()) {
      code.source()
          .files()
          .forEach((path, text) -> files.put(code.folder() + path, text.getBytes(UTF_8)));
    }
    return files;
  }

  /** An app with every optional part. */
  private static Rendering sample(RenderSettings settings) {
    AppSpec spec =
        new AppSpec(
            "a".repeat(8),
            "a",
            "a".repeat(24),
            Mode.SINGLE,
            Framework.FASTAPI,
            AppSpec.SINGLE_FILE,
            Optional.of("a"),
            Resources.SMALL,
            0,
            0);
    return Rendering.of(
        spec, settings, SourceFiles.single("new"), Optional.of(SourceFiles.single("old")));
  }

  /** An app that has every optional part too, and nothing in common with the other. */
  private static Rendering otherSample(RenderSettings settings) {
    AppSpec spec =
        new AppSpec(
            "b".repeat(8),
            "b",
            "b".repeat(24),
            Mode.MULTI,
            Framework.FASTHTML,
            "b.py",
            Optional.of("b"),
            Resources.LARGE,
            1,
            1);
    return Rendering.of(
        spec,
        settings,
        new SourceFiles(new TreeMap<>(Map.of("b.py", "new"))),
        Optional.of(new SourceFiles(new TreeMap<>(Map.of("b.py", "old")))));
  }
}
