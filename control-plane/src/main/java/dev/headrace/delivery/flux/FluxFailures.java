package dev.headrace.delivery.flux;

import dev.headrace.delivery.Failure;
import dev.headrace.delivery.Stage;
import dev.headrace.flux.Kustomization;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** What keeps Flux from applying a commit, in words for the app's author. */
final class FluxFailures {
  private FluxFailures() {}

  /** Of a Kustomization that is not ready. */
  static Failure of(Condition notReady) {
    String message = notReady.getMessage();
    return switch (notReady.getReason()) {
      case "ArtifactFailed" -> artifact(message);
      case "BuildFailed" ->
          failure(
              Stage.APPLIED,
              "The app's manifests could not be built.",
              message,
              "Nothing was changed in the cluster. Tell your operator: Headrace renders these files,"
                  + " so this is no fault of the app.");
      default -> refused(message);
    };
  }

  private static Failure artifact(String message) {
    if (message.contains("digest")) {
      return failure(
          Stage.FETCHED,
          "What Flux fetched is not what the commit holds.",
          message,
          "Tell your operator: something between Flux and Headrace changes what is sent.");
    }
    return failure(
        Stage.FETCHED,
        "Flux cannot fetch the commit from Headrace.",
        message,
        "Flux tries again by itself. If this stays, tell your operator to look at the Service"
            + " headrace-artifacts and the network policies.");
  }

  private static Failure refused(String message) {
    Optional<Failure> namespace = ofNamespace(Stage.APPLIED, message);
    if (namespace.isPresent()) {
      return namespace.get();
    }
    if (message.contains("(Forbidden)")
        || message.contains("denied request")
        || message.contains("denied the request")) {
      return failure(
          Stage.APPLIED,
          "The cluster does not allow this to you.",
          message,
          "Nothing was changed in the cluster. If the app has no reason to be refused, tell your"
              + " operator what stands above.");
    }
    if (message.contains("(Invalid)") || message.contains("no matches for kind")) {
      return failure(
          Stage.APPLIED,
          "The cluster does not accept the app's manifests.",
          message,
          "Nothing was changed in the cluster. Tell your operator: Headrace renders these files, so"
              + " this is no fault of the app.");
    }
    return failure(
        Stage.APPLIED,
        "Flux could not apply the commit.",
        message,
        "Flux tries again by itself. If this stays, tell your operator what stands above.");
  }

  /** What no object of the namespace can do anything about, whoever says so. */
  static Optional<Failure> ofNamespace(Stage stage, String message) {
    if (message.contains("being terminated")) {
      return Optional.of(
          failure(
              stage,
              "The namespace of your apps is being removed.",
              message,
              "Ask your operator. The commit stays and is applied when the namespace is there anew."));
    }
    return message.contains("exceeded quota")
        ? Optional.of(
            failure(
                stage,
                "Your apps would use more than you are allowed together.",
                message,
                "Delete or stop an app you no longer need, or ask your operator for more."))
        : Optional.empty();
  }

  /** The API server does not take what is to be written for Flux. */
  static Failure notTold(String message) {
    return ofNamespace(Stage.FETCHED, message)
        .orElseGet(() ->
            failure(
                Stage.FETCHED,
                "The cluster could not be told of this commit.",
                message,
                "It is tried again and again, and the commit stays. Tell your operator what stands"
                    + " above."));
  }

  static Failure fetching(Duration waited) {
    return failure(
        Stage.FETCHED,
        "Flux has been fetching the commit from Headrace for more than %d seconds."
            .formatted(waited.toSeconds()),
        "the Kustomization says that it fetches, and nothing since",
        "Flux goes on trying. If this stays, tell your operator to look at the Service"
            + " headrace-artifacts, the network policies and kustomize-controller.");
  }

  static Failure applying(Duration waited) {
    return failure(
        Stage.APPLIED,
        "Flux has been applying the commit for more than %d seconds.".formatted(waited.toSeconds()),
        "the Kustomization says that it applies, and nothing since",
        "It may go on by itself. If this stays, tell your operator to look at kustomize-controller"
            + " in the namespace flux-system.");
  }

  static Failure suspended(Kustomization suspended) {
    return failure(
        Stage.FETCHED,
        "An operator has suspended deploys of this app.",
        Wiring.suspended(suspended),
        "The commit stays and is applied as soon as deploys go on: flux resume kustomization %s -n %s"
            .formatted(suspended.getMetadata().getName(), suspended.getMetadata().getNamespace()));
  }

  static Failure silent(Duration waited) {
    return failure(
        Stage.FETCHED,
        "Flux does not answer: it has not taken up this commit within %d seconds."
            .formatted(waited.toSeconds()),
        "no change of any Kustomization was seen in that time",
        "The commit stays and is applied as soon as Flux runs again. Tell your operator to look at"
            + " kustomize-controller in the namespace flux-system.");
  }

  static Failure otherRevision(String revision) {
    return failure(
        Stage.FETCHED,
        "The cluster has been told of a commit that is not in this app's history before this one.",
        "the ExternalArtifact says " + revision,
        "Nothing was changed in the cluster. If the repository was restored from a backup, tell your"
            + " operator to delete that ExternalArtifact: it is then made anew from git.");
  }

  static Failure routeDiffers(Optional<String> answered) {
    return failure(
        Stage.LIVE,
        "The app runs, but its address does not answer with this version.",
        answered
            .map(content -> "the route answered with content " + content)
            .orElse("the route did not answer"),
        "It is looked at again and again. If this stays, tell your operator to look at Traefik.");
  }

  static Failure noNamespace(String message) {
    return failure(
        Stage.FETCHED,
        "The namespace for your apps could not be prepared.",
        message,
        "The commit stays and is applied as soon as the namespace is there. Tell your operator what"
            + " stands above.");
  }

  private static Failure failure(Stage stage, String cause, String evidence, String nextStep) {
    return new Failure(
        stage, cause, Optional.of(evidence), nextStep, Optional.empty(), OptionalInt.empty());
  }
}
