package dev.headrace.delivery.flux;

import dev.headrace.delivery.Deploys;
import dev.headrace.flux.ExternalArtifact;
import dev.headrace.flux.Kustomization;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An app whose directory is gone loses its wiring: the Kustomization, with which Flux prunes what
 * it applied, and then what fed it.
 */
final class AppRemoval {
  private static final Logger log = LoggerFactory.getLogger(AppRemoval.class);

  private final Targets targets;
  private final Wiring wiring;
  private final ClusterView view;
  private final Deploys deploys;
  private final Consumer<AppId> forget;

  /**
   * @param forget what was known of an app, once nothing is left
   */
  AppRemoval(
      Targets targets, Wiring wiring, ClusterView view, Deploys deploys, Consumer<AppId> forget) {
    this.targets = targets;
    this.wiring = wiring;
    this.view = view;
    this.deploys = deploys;
    this.forget = forget;
  }

  /** Takes the next step. */
  void goOn(AppId app) {
    Optional<AppCommit> last = targets.lastOfDeleted(app);
    if (last.isEmpty()) {
      log.warn("the cluster has wiring of app {}, which git does not know; it is left alone", app);
      return;
    }
    List<Kustomization> applying = view.kustomizations(app);
    List<ExternalArtifact> feeding = view.artifacts(app);
    if (!applying.isEmpty()) {
      applying.forEach(wiring::prune);
    } else if (!feeding.isEmpty()) {
      feeding.forEach(wiring::delete);
    } else {
      forget.accept(app);
      deploys.supersede(app, last.get().version().orElseThrow(), OptionalInt.empty());
      deploys.gone(app);
    }
  }

  /** What is still there. */
  Optional<String> remains(AppId app) {
    return Stream.concat(view.kustomizations(app).stream(), view.artifacts(app).stream())
        .findFirst()
        .map(Wiring::remains);
  }
}
