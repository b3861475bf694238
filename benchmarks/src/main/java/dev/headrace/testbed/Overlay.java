package dev.headrace.testbed;

import java.time.Duration;
import java.util.List;

/** The shipped overlay for one node, on whatever cluster, as an operator applies it. */
public final class Overlay {
  private static final String FOLDER = "cluster-foundation/overlays/single-node";
  private static final String HEADRACE = Testbed.SYSTEM + "/headrace";
  private static final List<String> DEPLOYMENTS =
      List.of(
          HEADRACE,
          "flux-system/kustomize-controller",
          "flux-system/source-controller",
          "traefik/traefik");

  private final Checkout checkout;
  private final Kubectl kubectl;
  private final Duration patience;

  /** How it is called in the checkout, as the cluster's admin. */
  @FunctionalInterface
  public interface Kubectl {
    List<String> command(String... arguments);
  }

  /**
   * @param patience how long a Deployment may take, with the images that its node has to fetch
   */
  public Overlay(Checkout checkout, Kubectl kubectl, Duration patience) {
    this.checkout = checkout;
    this.kubectl = kubectl;
    this.patience = patience;
  }

  /** Returns when everything in it has started. */
  public void apply() {
    checkout.call(List.of("cluster-foundation/fetch-upstream"));
    call("apply", "--server-side", "-k", FOLDER);
    DEPLOYMENTS.forEach(this::awaitRollout);
  }

  /** Returns when a new pod of Headrace serves. */
  public void restart() {
    call("-n", Testbed.SYSTEM, "rollout", "restart", "deployment/headrace");
    awaitRollout(HEADRACE);
  }

  private void awaitRollout(String deployment) {
    String[] name = deployment.split("/", 2);
    call(
        "-n",
        name[0],
        "rollout",
        "status",
        "deployment/" + name[1],
        "--timeout=%ds".formatted(patience.toSeconds()));
  }

  private void call(String... arguments) {
    checkout.call(kubectl.command(arguments));
  }
}
