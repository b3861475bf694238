package dev.headrace.delivery.flux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.delivery.Failure;
import dev.headrace.delivery.Stage;
import org.junit.jupiter.api.Test;

/** Messages as Flux of the pinned version writes them. */
class FluxFailuresTest {
  @Test
  void whatTheTenantMayNotIsTold() {
    for (String message :
        new String[] {
          "ClusterRole/evil dry-run failed (Forbidden): clusterroles is forbidden: User"
              + " \"system:serviceaccount:t:headrace-tenant\" cannot patch resource",
          "Deployment/t/app dry-run failed (Invalid): deployments.apps \"app\" is forbidden:"
              + " ValidatingAdmissionPolicy 'headrace-apps' with binding 'headrace-apps' denied"
              + " request: no host paths",
          "Deployment/t/app dry-run failed: admission webhook \"w.example\" denied the request: no"
        }) {
      assertThat(refused(message).cause()).isEqualTo("The cluster does not allow this to you.");
    }
  }

  @Test
  void moreThanTheQuotaIsNotToldAsForbidden() {
    assertThat(refused("Deployment/t/app apply failed (Forbidden): exceeded quota: tenant").cause())
        .isEqualTo("Your apps would use more than you are allowed together.");
  }

  @Test
  void aNamespaceThatGoesIsNotToldAsForbidden() {
    assertThat(
            refused(
                    "ConfigMap/t/code dry-run failed (Forbidden): configmaps \"code\" is forbidden:"
                        + " unable to create new content in namespace t because it is being"
                        + " terminated")
                .cause())
        .isEqualTo("The namespace of your apps is being removed.");
  }

  @Test
  void manifestsThatTheClusterDoesNotAcceptAreTold() {
    assertThat(refused("Deployment/t/app dry-run failed (Invalid): spec.template").cause())
        .isEqualTo("The cluster does not accept the app's manifests.");
    assertThat(refused("Nope/t/x dry-run failed: no matches for kind \"Nope\"").cause())
        .isEqualTo("The cluster does not accept the app's manifests.");
  }

  @Test
  void anythingElseIsToldWithItsMessage() {
    Failure failure = refused("the server was unable to return a response in the time allotted");
    assertThat(failure.cause()).isEqualTo("Flux could not apply the commit.");
    assertThat(failure.stage()).isEqualTo(Stage.APPLIED);
    assertThat(failure.evidence()).isPresent();
  }

  @Test
  void whatWasChangedOnItsWayIsTold() {
    Failure failure =
        FluxFailures.of(
            Seen.ready(
                "False",
                "ArtifactFailed",
                "failed to verify archive: computed digest doesn't match provided 'sha256:0'"));
    assertThat(failure.cause()).isEqualTo("What Flux fetched is not what the commit holds.");
    assertThat(failure.stage()).isEqualTo(Stage.FETCHED);
  }

  private static Failure refused(String message) {
    return FluxFailures.of(Seen.ready("False", "ReconciliationFailed", message));
  }
}
