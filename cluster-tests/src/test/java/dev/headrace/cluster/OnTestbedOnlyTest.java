package dev.headrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.testbed.Testbed;
import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Executable;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;

@Tag("no-cluster")
class OnTestbedOnlyTest {
  private static final Class<?> MARKED = PodMakersAwayOnClusterTest.class;

  @Test
  void onK3sItIsLeftOutWithTheReason() {
    ConditionEvaluationResult result = OnTestbedOnly.Condition.evaluate(MARKED, ClusterChoice.K3S);

    assertThat(result.isDisabled()).isTrue();
    assertThat(result.getReason()).hasValueSatisfying(why -> assertThat(why).contains("K3s"));
  }

  @Test
  void onK3sWhatIsNotMarkedRuns() {
    assertThat(
            OnTestbedOnly.Condition.evaluate(DeployOnClusterTest.class, ClusterChoice.K3S)
                .isDisabled())
        .isFalse();
  }

  @Test
  void onTheTestbedNothingIsLeftOut() throws Exception {
    assertThat(suite().flatMap(OnTestbedOnlyTest::elements))
        .allMatch(element ->
            !OnTestbedOnly.Condition.evaluate(element, ClusterChoice.TESTBED).isDisabled());
  }

  @Test
  void whoIsGivenTheTestbedIsMarked() throws Exception {
    List<Executable> given =
        suite()
            .flatMap(OnTestbedOnlyTest::executables)
            .filter(one -> !one.isSynthetic())
            .filter(one -> Arrays.asList(one.getParameterTypes()).contains(Testbed.class))
            .toList();

    assertThat(given)
        .isNotEmpty()
        .allMatch(one -> isMarked(one) || isMarked(one.getDeclaringClass()));
  }

  @Test
  void theDocsNameEachThatIsMarked() throws Exception {
    String docs = Files.readString(Path.of("../docs/testbed.md"));

    assertThat(suite().flatMap(OnTestbedOnlyTest::elements).filter(OnTestbedOnlyTest::isMarked))
        .isNotEmpty()
        .map(OnTestbedOnlyTest::name)
        .allSatisfy(name -> assertThat(docs).contains("`" + name + "`"));
  }

  private static boolean isMarked(AnnotatedElement element) {
    return element.isAnnotationPresent(OnTestbedOnly.class);
  }

  private static String name(AnnotatedElement element) {
    return element instanceof Executable one ? one.getName() : ((Class<?>) element).getSimpleName();
  }

  private static Stream<AnnotatedElement> elements(Class<?> type) {
    return Stream.concat(Stream.of(type), executables(type));
  }

  private static Stream<Executable> executables(Class<?> type) {
    return Stream.concat(
        Arrays.stream(type.getDeclaredConstructors()), Arrays.stream(type.getDeclaredMethods()));
  }

  /** Every test that is given a cluster. */
  private static Stream<Class<?>> suite() throws IOException, URISyntaxException {
    Path classes = Path.of(MARKED.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> files = Files.walk(classes)) {
      List<Class<?>> found =
          files
              .map(file -> classes.relativize(file).toString())
              .filter(file -> file.matches(".*OnCluster(Test)?\\.class"))
              .<Class<?>>map(OnTestbedOnlyTest::loaded)
              .toList();
      assertThat(found).contains(MARKED, ThousandAppsOnCluster.class);
      return found.stream();
    }
  }

  private static Class<?> loaded(String file) {
    try {
      return Class.forName(
          file.replace(".class", "").replace('/', '.'), false, MARKED.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }
}
