package dev.headrace.delivery.flux;

import dev.headrace.flux.Artifact;
import dev.headrace.flux.ExternalArtifact;
import dev.headrace.flux.ExternalArtifactStatus;
import dev.headrace.flux.Kustomization;
import dev.headrace.flux.KustomizationSpec;
import dev.headrace.git.Archive;
import dev.headrace.git.TreeId;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The two objects by which Flux applies a directory of git: an ExternalArtifact that says which,
 * and a Kustomization that says with whose rights. Nothing else is ever written to the cluster.
 */
final class Wiring {
  static final String FIELD_MANAGER = "headrace";

  /** Flux is told of each commit; looking by itself is only for what was changed by hand. */
  private static final String INTERVAL = "12h";

  private static final String REQUESTED_AT = "reconcile.fluxcd.io/requestedAt";
  private static final String RETRY_INTERVAL = "30s";
  private static final String TIMEOUT = "1m";

  private final KubernetesClient client;
  private final ClusterView view;
  private final String artifactPrefix;
  private final Function<TreeId, Optional<Archive>> archives;
  private final Clock clock;

  /**
   * @param artifactPrefix of the address of every archive
   */
  Wiring(
      KubernetesClient client,
      ClusterView view,
      String artifactPrefix,
      Function<TreeId, Optional<Archive>> archives,
      Clock clock) {
    this.client = client;
    this.view = view;
    this.artifactPrefix = artifactPrefix;
    this.archives = archives;
    this.clock = clock;
  }

  /**
   * One pair of objects and what they are to say.
   *
   * @param name of both
   * @param identity labels that tell whose they are
   * @param serviceAccount in the same namespace
   */
  record Pair(
      String namespace,
      String name,
      Map<String, String> identity,
      String serviceAccount,
      String revision,
      TreeId tree) {}

  /** What the artifact's status says once it was looked at. */
  sealed interface Standing {
    /** What it is to say. */
    record Wanted() implements Standing {}

    /** A revision that is not older than the wanted one, as far as git knows: it stays. */
    record Foreign(String revision) implements Standing {}

    /** Somebody wrote at the same time; it is worth another look. */
    record Contested() implements Standing {}
  }

  /**
   * Makes both objects say what they are to say, wherever they do not.
   *
   * @param isOlder whether a revision that stands there may be replaced: the status only moves
   *     forwards
   */
  Standing converge(Pair pair, Predicate<String> isOlder) {
    ExternalArtifact artifact =
        view.artifact(pair.namespace(), pair.name())
            .filter(present -> hasLabels(present, pair))
            .orElseGet(() -> applied(new ExternalArtifact(), pair));
    Standing standing = move(artifact, pair, isOlder);
    KustomizationSpec spec = spec(pair);
    if (view.kustomization(pair.namespace(), pair.name())
        .filter(present -> hasLabels(present, pair) && says(present.getSpec(), spec))
        .isEmpty()) {
      Kustomization kustomization = new Kustomization();
      kustomization.setSpec(spec);
      var _ = applied(kustomization, pair);
    }
    return standing;
  }

  private Standing move(ExternalArtifact present, Pair pair, Predicate<String> isOlder) {
    Optional<Artifact> says =
        Optional.ofNullable(present.getStatus()).map(ExternalArtifactStatus::artifact);
    Optional<String> revision = says.map(Artifact::revision);
    boolean same = revision.equals(Optional.of(pair.revision()));
    if (same && says.map(Artifact::url).equals(Optional.of(url(pair.tree())))) {
      return new Standing.Wanted();
    }
    if (revision.isPresent() && !same && !isOlder.test(revision.get())) {
      return new Standing.Foreign(revision.get());
    }
    ExternalArtifact moved = new ExternalArtifact();
    moved.setMetadata(present.getMetadata());
    moved.setStatus(status(present, pair));
    try {
      var _ = client.resource(moved).updateStatus();
      return new Standing.Wanted();
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
        return new Standing.Contested();
      }
      throw e;
    }
  }

  private ExternalArtifactStatus status(ExternalArtifact present, Pair pair) {
    Archive archive =
        archives
            .apply(pair.tree())
            .orElseThrow(() ->
                new IllegalStateException(
                    "git has no directory " + pair.tree() + " for " + pair.name()));
    String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    Condition ready =
        new ConditionBuilder()
            .withType("Ready")
            .withStatus("True")
            .withReason("Succeeded")
            .withMessage("stored artifact for revision " + pair.revision())
            .withObservedGeneration(present.getMetadata().getGeneration())
            .withLastTransitionTime(now)
            .build();
    return new ExternalArtifactStatus(
        new Artifact(
            url(pair.tree()),
            file(pair.tree()),
            pair.revision(),
            "sha256:" + archive.sha256(),
            (long) archive.size(),
            now),
        List.of(ready));
  }

  private String url(TreeId tree) {
    return artifactPrefix + file(tree);
  }

  private static String file(TreeId tree) {
    return tree.sha() + ".tar.gz";
  }

  /** Has Flux apply once more what it applied already. */
  void again(Kustomization object) {
    var _ =
        client
            .resources(Kustomization.class)
            .inNamespace(object.getMetadata().getNamespace())
            .withName(object.getMetadata().getName())
            .patch(
                PatchContext.of(PatchType.JSON_MERGE),
                "{\"metadata\":{\"annotations\":{\"%s\":\"%s\"}}}"
                    .formatted(REQUESTED_AT, clock.instant()));
  }

  /**
   * Deletes the Kustomization, which has Flux prune everything that it applied, first. Not while an
   * operator has it suspended: Flux would then let it go and prune nothing.
   */
  void prune(Kustomization object) {
    if (object.getMetadata().getDeletionTimestamp() == null && !isSuspended(object)) {
      delete(object);
    }
  }

  /** What an operator is told of an object that is to go. */
  static String remains(HasMetadata object) {
    String named =
        "%s %s/%s"
            .formatted(
                object.getKind(),
                object.getMetadata().getNamespace(),
                object.getMetadata().getName());
    return object instanceof Kustomization kustomization && isSuspended(kustomization)
        ? named + " is suspended, so nothing is pruned until it is resumed"
        : named + " is still there";
  }

  static boolean isSuspended(Kustomization object) {
    return object.getSpec() != null && Boolean.TRUE.equals(object.getSpec().suspend());
  }

  /** What says so of one that is. */
  static String suspended(Kustomization object) {
    return "Kustomization %s/%s has suspend: true"
        .formatted(object.getMetadata().getNamespace(), object.getMetadata().getName());
  }

  void delete(HasMetadata object) {
    var _ = client.resource(object).delete();
  }

  private <T extends HasMetadata> T applied(T object, Pair pair) {
    object.setMetadata(metadata(pair));
    return client.resource(object).fieldManager(FIELD_MANAGER).forceConflicts().serverSideApply();
  }

  private static ObjectMeta metadata(Pair pair) {
    return new ObjectMetaBuilder()
        .withNamespace(pair.namespace())
        .withName(pair.name())
        .withLabels(Labels.WIRING)
        .addToLabels(pair.identity())
        .build();
  }

  private static boolean hasLabels(HasMetadata present, Pair pair) {
    @Nullable Map<String, String> labels = present.getMetadata().getLabels();
    return present.getMetadata().getDeletionTimestamp() == null
        && labels != null
        && labels.entrySet().containsAll(pair.identity().entrySet());
  }

  private static KustomizationSpec spec(Pair pair) {
    return new KustomizationSpec(
        INTERVAL,
        RETRY_INTERVAL,
        TIMEOUT,
        "./",
        true,
        false,
        pair.serviceAccount(),
        new KustomizationSpec.SourceRef("ExternalArtifact", pair.name()),
        null);
  }

  /** Whether Flux is suspended is the operator's. */
  private static boolean says(KustomizationSpec present, KustomizationSpec wanted) {
    return new KustomizationSpec(
            present.interval(),
            present.retryInterval(),
            present.timeout(),
            present.path(),
            present.prune(),
            present.waitForHealth(),
            present.serviceAccountName(),
            present.sourceRef(),
            null)
        .equals(wanted);
  }
}
