package dev.headrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.flux.Kustomization;
import dev.headrace.flux.KustomizationStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * What became of a stream of deploys, by git, by the cluster, by its verdicts and by its routes.
 */
final class Reckoning {
  private static final Duration CONVERGED = Duration.ofMinutes(4);

  /** A look at a route that was under way when the verdict fell, on a busy machine. */
  private static final Duration LATE = Duration.ofSeconds(2);

  private static final Duration SETTLED = Duration.ofMinutes(1);

  private final InstalledCluster cluster;
  private final Map<DeployedApp, List<DeployStream.Accepted>> byApp;
  private final Map<String, Integer> outcomes = new TreeMap<>();

  Reckoning(InstalledCluster cluster, List<DeployStream.Accepted> accepted) {
    this.cluster = cluster;
    this.byApp =
        accepted.stream()
            .collect(Collectors.groupingBy(DeployStream.Accepted::app, Collectors.toList()));
  }

  /** Git misses packs that are gathered while it looks. */
  private static boolean passesFsck(HeadracePod headrace) throws InterruptedException {
    try {
      return headrace.git("fsck", "--strict", "--no-dangling").isEmpty();
    } catch (IllegalStateException e) {
      System.out.println("git fsck: " + e.getMessage());
      return false;
    }
  }

  /** Each is in git, once, and nothing else is. */
  void nothingIsLost() throws Exception {
    HeadracePod headrace = new HeadracePod(cluster);
    Eventually.holds("git fsck finds nothing", SETTLED, () -> passesFsck(headrace));
    Map<String, List<String>> commits =
        headrace.git("log", "--format=%(trailers:key=App,valueonly,separator=) %H", "main").stream()
            .map(line -> line.split(" ", 2))
            .collect(
                Collectors.groupingBy(
                    line -> line[0], Collectors.mapping(line -> line[1], Collectors.toList())));
    byApp.forEach((app, sent) ->
        assertThat(commits.getOrDefault(app.id(), List.of()))
            .as("commits of app %s", app.id())
            .containsExactlyInAnyOrderElementsOf(
                sent.stream().map(DeployStream.Accepted::commit).toList()));
  }

  /** Returns when the newest version of each app is applied, live, and what its route answers. */
  void awaitConverged() throws Exception {
    for (List<DeployStream.Accepted> sent : byApp.values()) {
      DeployStream.Accepted newest = newest(sent);
      Eventually.holds(
          "version %d of %s is applied, live and answers".formatted(newest.version(), newest.app()),
          CONVERGED,
          () -> isApplied(cluster.kubernetes(), newest) && isLive(newest));
    }
  }

  private static DeployStream.Accepted newest(List<DeployStream.Accepted> sent) {
    return sent.stream().max(Comparator.comparingInt(DeployStream.Accepted::version)).orElseThrow();
  }

  /** Whether Flux says that this is what it applied last. */
  static boolean isApplied(KubernetesClient kubernetes, DeployStream.Accepted deploy)
      throws InterruptedException {
    return Optional.ofNullable(
            kubernetes
                .resources(Kustomization.class)
                .inNamespace(deploy.app().namespace())
                .withName(deploy.app().name())
                .get())
        .map(Kustomization::getStatus)
        .map(KustomizationStatus::lastAppliedRevision)
        .equals(Optional.of("main@sha1:" + deploy.commit()));
  }

  private static boolean isLive(DeployStream.Accepted deploy) throws InterruptedException {
    try {
      return deploy.app().deploy(deploy.version()).path("outcome").asString().equals("live")
          && deploy.app().answers().equals(deploy.answer());
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  /**
   * No verdict says what was not so.
   *
   * @param causes beginnings of what may be told of a deploy that failed
   */
  void verdictsAreRight(RouteSamples routes, List<String> causes) throws InterruptedException {
    List<String> wrong = new ArrayList<>();
    for (List<DeployStream.Accepted> sent : byApp.values()) {
      int newest = newest(sent).version();
      for (DeployStream.Accepted deploy : sent) {
        JsonNode shown = deploy.app().deploy(deploy.version());
        String outcome = shown.path("outcome").asString();
        String cause = shown.path("failure").path("cause").asString("");
        outcomes.merge(cause.isEmpty() ? outcome : outcome + ": " + cause, 1, Integer::sum);
        boolean right =
            switch (outcome) {
              case "live" -> isSeen(deploy, shown, routes);
              case "superseded" -> {
                int by = shown.path("superseded_by").asInt(0);
                yield by > deploy.version() && by <= newest;
              }
              case "failed" ->
                  deploy.version() < newest && causes.stream().anyMatch(cause::startsWith);
              default -> false;
            };
        if (!right || !shown.path("commit").asString().equals(deploy.commit())) {
          wrong.add(
              "%s first answered %s: %s"
                  .formatted(deploy, routes.first(deploy.app(), deploy.answer()), shown));
        }
      }
    }
    assertThat(wrong).as("verdicts that are wrong").isEmpty();
  }

  private static boolean isSeen(DeployStream.Accepted deploy, JsonNode shown, RouteSamples routes) {
    Optional<Instant> told =
        shown
            .path("stages")
            .valueStream()
            .filter(stage -> stage.path("stage").asString().equals("live"))
            .map(stage -> Instant.parse(stage.path("at").asString()))
            .findFirst();
    Optional<Instant> seen = routes.first(deploy.app(), deploy.answer());
    return told.isPresent() && seen.isPresent() && seen.get().isBefore(told.get().plus(LATE));
  }

  /** How many deploys have which outcome, with the cause of those that failed. */
  Map<String, Integer> outcomes() {
    return outcomes;
  }
}
