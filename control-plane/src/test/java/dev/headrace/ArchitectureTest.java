package dev.headrace;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Which package may know which; every arrow that is not allowed is listed. */
class ArchitectureTest {
  private static final String ROOT = "dev.headrace";

  /** Everybody may know the settings and the libraries below. */
  private static final Map<String, Set<String>> ALLOWED =
      Map.ofEntries(
          Map.entry(
              "app",
              Set.of(
                  "delivery", "git", "http", "identity", "manifests", "projection", "validation")),
          Map.entry(
              "tenant",
              Set.of("app", "delivery", "git", "http", "identity", "manifests", "projection")),
          Map.entry("upgrade", Set.of("app", "delivery", "git", "http", "identity")),
          Map.entry(
              "observe", Set.of("delivery", "git", "http", "identity", "projection", "template")),
          Map.entry("gitserver", Set.of("app", "delivery", "git", "http", "identity")),
          Map.entry("projection", Set.of("delivery", "git", "identity", "manifests")),
          Map.entry("delivery", Set.of("git")),
          Map.entry("delivery.local", Set.of("delivery", "git", "manifests")),
          Map.entry("delivery.flux", Set.of("delivery", "flux", "git", "manifests")),
          Map.entry("flux", Set.of()),
          Map.entry("identity", Set.of("http")),
          Map.entry("template", Set.of("http")),
          Map.entry("validation", Set.of()),
          Map.entry("store", Set.of()),
          Map.entry("http", Set.of()),
          Map.entry("git", Set.of()),
          Map.entry("manifests", Set.of()));

  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  @Test
  void packagesKnowOnlyWhatTheyMay() {
    Set<String> forbidden = new TreeSet<>();
    for (JavaClass from : classes) {
      String feature = feature(from);
      from.getDirectDependenciesFromSelf().stream()
          .map(dependency -> feature(dependency.getTargetClass()))
          .filter(target -> !target.isEmpty() && !target.equals(feature))
          .filter(target -> !feature.isEmpty())
          .filter(target -> !ALLOWED.getOrDefault(feature, Set.of()).contains(target))
          .forEach(target -> forbidden.add(feature + " -> " + target + " in " + from.getName()));
    }
    assertThat(forbidden).isEmpty();
  }

  @Test
  void everyFeatureIsInTheTable() {
    assertThat(
            classes.stream()
                .map(ArchitectureTest::feature)
                .filter(feature -> !feature.isEmpty())
                .collect(Collectors.toSet()))
        .isEqualTo(ALLOWED.keySet());
  }

  @Test
  void featuresFormNoCycles() {
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(classesBelowRoot());
  }

  @Test
  void librariesKnowNothingOfTheServer() {
    noClasses()
        .that()
        .resideInAnyPackage(ROOT + ".git..", ROOT + ".manifests..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.springframework..", "com.mongodb..", "io.undertow..")
        .check(classes);
  }

  @Test
  void manifestsKnowNothingOfGit() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".manifests..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.eclipse.jgit..", ROOT + ".git..")
        .check(classes);
  }

  @Test
  void onlyTheWayOfAChangeCommits() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + ".app..", ROOT + ".git..")
        .should()
        .callMethod("dev.headrace.git.PlatformRepository", "commit", "dev.headrace.git.Change")
        .check(classes);
  }

  private JavaClasses classesBelowRoot() {
    return classes.that(
        new com.tngtech.archunit.base.DescribedPredicate<>("below the root") {
          @Override
          public boolean test(JavaClass type) {
            return !feature(type).isEmpty();
          }
        });
  }

  private static String feature(JavaClass type) {
    String name = type.getPackageName();
    return name.startsWith(ROOT + ".") ? name.substring(ROOT.length() + 1) : "";
  }
}
