package dev.headrace.manifests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ManifestsTest {
  private static final Optional<SourceFiles> NOTHING_SERVES = Optional.empty();

  private final Manifests manifests = new Manifests(Apps.SETTINGS);

  @Test
  void whatIsRenderedReadsBackAsItself() {
    Optional<SourceFiles> serving = Optional.of(SourceFiles.single(Apps.HELLO));
    RenderedApp rendered = manifests.render(Apps.multi("app.py"), Apps.todo(), serving);

    assertThat(manifests.parse(rendered.files()))
        .isEqualTo(
            new ParsedApp(Apps.multi("app.py"), Apps.todo(), serving, rendered.contentDigest()));
  }

  @Test
  void sourceFilesStayFilesUnderTheirOwnNames() {
    assertThat(Apps.texts(manifests.render(Apps.multi("app.py"), Apps.todo(), NOTHING_SERVES)))
        .contains(
            entry("src/app.py", Apps.HELLO),
            entry("src/store/__init__.py", ""),
            entry("src/static/css/styles.css", "body { color: #123 }\r\n"));
  }

  @Test
  void theSourceThatServesStandsBesideTheNewOneOnlyWhereItDiffers() {
    SourceFiles code = SourceFiles.single(Apps.HELLO);
    SourceFiles old = SourceFiles.single("# old\n" + Apps.HELLO);

    assertThat(Apps.texts(manifests.render(Apps.single(), code, Optional.of(code))))
        .isEqualTo(Apps.texts(manifests.render(Apps.single(), code, NOTHING_SERVES)))
        .doesNotContainKey("serving/main.py");
    RenderedApp both = manifests.render(Apps.single(), code, Optional.of(old));
    assertThat(both.files()).containsKey("serving/main.py");
    assertThat(Apps.texts(both).get("kustomization.yaml"))
        .contains("app-k3f9a2bq-code-" + code.digest().substring(0, 10))
        .contains("app-k3f9a2bq-code-" + old.digest().substring(0, 10));
  }

  @Test
  void whatWasJustRenderedDiffersInNothing() {
    Optional<SourceFiles> serving = Optional.of(SourceFiles.single(Apps.HELLO));
    assertThat(difference(manifests.render(Apps.multi("app.py"), Apps.todo(), serving).files()))
        .isEqualTo(Manifests.Difference.NONE);
  }

  @Test
  void aDirectoryThatOtherSettingsRenderedRunsOtherwise() {
    RenderSettings now = Apps.SETTINGS;
    Manifests before =
        new Manifests(
            new RenderSettings(
                now.namespacePattern(),
                now.appDomain(),
                now.appsHost(),
                now.entryPoint(),
                "registry.example.org/headrace/runner:0.9",
                now.imagePullSecret()));

    assertThat(difference(before.render(Apps.multi("app.py"), Apps.todo(), NOTHING_SERVES).files()))
        .isEqualTo(Manifests.Difference.MANIFESTS);
  }

  @Test
  void aDirectoryWithAFileTooManyOrTooFewRunsOtherwise() {
    RenderedApp rendered = manifests.render(Apps.single(), SourceFiles.single("x"), NOTHING_SERVES);
    SortedMap<String, byte[]> more = new TreeMap<>(rendered.files());
    more.put("configmap.yaml", new byte[0]);
    SortedMap<String, byte[]> fewer = new TreeMap<>(rendered.files());
    fewer.remove("middleware.yaml");

    assertThat(difference(more)).isEqualTo(Manifests.Difference.MANIFESTS);
    assertThat(difference(fewer)).isEqualTo(Manifests.Difference.MANIFESTS);
  }

  @Test
  void anotherWordingOfTheSameSpecificationRunsTheSame() {
    SortedMap<String, byte[]> files =
        new TreeMap<>(
            manifests.render(Apps.single(), SourceFiles.single("x"), NOTHING_SERVES).files());
    files.put("app.yaml", ("# once\n" + new String(files.get("app.yaml"), UTF_8)).getBytes(UTF_8));

    assertThat(difference(files)).isEqualTo(Manifests.Difference.WORDING);
  }

  private Manifests.Difference difference(SortedMap<String, byte[]> files) {
    return manifests.differenceNow(files);
  }

  @Test
  void theWorkloadSaysWhatTheDeploymentRuns() {
    RenderedApp rendered =
        manifests.render(Apps.multi("store/todos.py"), Apps.todo(), NOTHING_SERVES);
    Workload workload = manifests.workload(rendered.files());

    assertThat(workload.contentDigest()).isEqualTo(rendered.contentDigest());
    assertThat(workload.codePath()).isEqualTo("/code/store/todos.py");
    assertThat(workload.memoryBytes()).isEqualTo(256L * 1024 * 1024);
    assertThat(workload.cpuMillis()).isEqualTo(1000);
    assertThat(workload.replicas()).isOne();
    assertThat(workload.environment())
        .containsExactly(
            entry("APP_ID", "k3f9a2bq"),
            entry("APP_ROOT_PATH", "/user/" + Apps.OWNER + "/app/k3f9a2bq"),
            entry("CODE_PATH", "/code/store/todos.py"),
            entry("HEADRACE_CONTENT", rendered.contentDigest()));
    assertThat(workload.code())
        .containsEntry("static/css/styles.css", "src/static/css/styles.css")
        .hasSize(5);
  }

  @Test
  void sameInputGivesTheSameBytesWhoeverRenders() {
    Optional<SourceFiles> serving = Optional.of(SourceFiles.single(Apps.HELLO));
    assertThat(new Manifests(Apps.SETTINGS).render(Apps.multi("app.py"), Apps.todo(), serving))
        .usingRecursiveComparison()
        .isEqualTo(manifests.render(Apps.multi("app.py"), Apps.todo(), serving));
  }

  @Test
  void manyThreadsRenderAtOnceAndEachGetsItsOwnApp() throws Exception {
    List<Callable<RenderedApp>> renderings =
        IntStream.range(0, 400)
            .<Callable<RenderedApp>>mapToObj(number ->
                () ->
                    manifests.render(
                        Apps.single("App " + number),
                        SourceFiles.single(Apps.HELLO + "# " + number),
                        NOTHING_SERVES))
            .toList();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      int number = 0;
      for (Future<RenderedApp> rendered : threads.invokeAll(renderings)) {
        assertThat(manifests.parse(rendered.get().files()).spec().name())
            .isEqualTo("App " + number++);
      }
    }
  }

  @Test
  void aRenameChangesOnlyTheName() {
    SourceFiles code = SourceFiles.single(Apps.HELLO);
    RenderedApp before = manifests.render(Apps.single("Before"), code, NOTHING_SERVES);
    RenderedApp after =
        manifests.render(Apps.single("Before").renamed("After"), code, NOTHING_SERVES);

    assertThat(after.contentDigest()).isEqualTo(before.contentDigest());
    SortedMap<String, String> changed = new TreeMap<>(Apps.texts(after));
    changed.entrySet().removeAll(Apps.texts(before).entrySet());
    assertThat(changed.keySet()).containsExactly("app.yaml");
  }

  @Test
  void aRestartChangesTheContentDigestOfThePods() {
    SourceFiles code = SourceFiles.single(Apps.HELLO);
    RenderedApp before = manifests.render(Apps.single(), code, NOTHING_SERVES);
    RenderedApp after = manifests.render(Apps.single().restarted(), code, NOTHING_SERVES);

    assertThat(after.contentDigest()).isNotEqualTo(before.contentDigest());
    assertThat(manifests.workload(after.files()).contentDigest()).isEqualTo(after.contentDigest());
  }

  @Test
  void theEntrypointMustBeOneOfTheFiles() {
    assertThatExceptionOfType(InvalidSpec.class)
        .isThrownBy(() -> manifests.render(Apps.multi("web.py"), Apps.todo(), NOTHING_SERVES))
        .withMessage("entrypoint: web.py (expected: one of the app's files)");
  }

  @Test
  void singleModeHasOneFile() {
    SourceFiles two = Apps.files(Map.of("main.py", Apps.HELLO, "other.py", ""));
    assertThatExceptionOfType(InvalidSpec.class)
        .isThrownBy(() -> manifests.render(Apps.single(), two, NOTHING_SERVES))
        .withMessage("files: 2 files (expected: main.py alone in single mode)");
  }

  @Test
  void theNamespaceIsTheTenantsUnlessThePatternNamesOneForAll() {
    RenderSettings shared =
        new RenderSettings(
            "fastapi-platform", "example.org", "example.org", "web", "runner", Optional.empty());
    SourceFiles code = SourceFiles.single(Apps.HELLO);

    assertThat(kustomization(manifests.render(Apps.single(), code, NOTHING_SERVES)))
        .contains("namespace: \"headrace-" + Apps.OWNER + "\"\n");
    assertThat(kustomization(new Manifests(shared).render(Apps.single(), code, NOTHING_SERVES)))
        .contains("namespace: \"fastapi-platform\"\n");
  }

  @Test
  void anAppAnswersByHostAndByPath() {
    String routes =
        Apps.texts(manifests.render(Apps.single(), SourceFiles.single(Apps.HELLO), NOTHING_SERVES))
            .get("ingressroute.yaml");
    assertThat(routes)
        .contains("\"Host(`app-k3f9a2bq.apps.example.org`)\"")
        .contains(
            "\"Host(`apps.example.org`) && PathPrefix(`/user/" + Apps.OWNER + "/app/k3f9a2bq`)\"");
  }

  private static String kustomization(RenderedApp rendered) {
    return Apps.texts(rendered).getOrDefault("kustomization.yaml", "");
  }
}
