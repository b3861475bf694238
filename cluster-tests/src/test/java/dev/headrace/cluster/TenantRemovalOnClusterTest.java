package dev.headrace.cluster;

import static dev.headrace.cluster.DeployedApp.saying;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.flux.ExternalArtifact;
import dev.headrace.flux.Kustomization;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** The end of a tenant, and that its user may begin anew. */
@ExtendWith(InstalledCluster.Installed.class)
class TenantRemovalOnClusterTest {
  private static final Duration SOON = Duration.ofSeconds(90);

  private final InstalledCluster cluster;
  private final KubernetesClient kubernetes;

  TenantRemovalOnClusterTest(InstalledCluster cluster) {
    this.cluster = cluster;
    this.kubernetes = cluster.kubernetes();
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void aTenantGoesAfterItsAppsAlsoWhenHeadraceIsRestartedMeanwhile() throws Exception {
    Person person = cluster.somebody();
    DeployedApp first = person.deploy("first", saying("one"));
    DeployedApp held = person.deploy("held", saying("two"));
    DeployedApp neighbours = cluster.live("neighbour's");
    first.awaitLive(1);
    held.awaitLive(1);
    held.suspend(true); // Flux would let it go and prune nothing

    remove(person);

    Eventually.holds(
        "the removal waits for what is suspended",
        SOON,
        () ->
            removal(person).path("apps").isEmpty()
                && removal(person).path("waiting_for").size() == 1
                && removal(person).path("waiting_for").toString().contains("suspended"));
    assertThat(removal(person).path("state").asString()).isEqualTo("removing");
    assertThat(removal(person).path("set_up").asBoolean()).isTrue();
    assertThat(held.deployment().get()).as("nothing of it was pruned yet").isNotNull();
    assertThat(first.deployment().get()).isNull();

    cluster.restart();
    held.suspend(false);
    Eventually.holds("what was held up is pruned", SOON, () -> held.deployment().get() == null);
    assertThat(namespace(person)).as("the tenant stays until it is asked for again").isTrue();
    remove(person);

    Eventually.holds(
        "the tenant is removed",
        SOON,
        () -> removal(person).path("state").asString("").equals("removed"));
    assertThat(namespace(person)).isFalse();
    assertThat(isWired(person)).isFalse();
    assertThat(neighbours.answers()).isEqualTo("{\"says\":\"good\"}");

    DeployedApp next = person.deploy("anew", saying("again"));
    next.awaitLive(1);
    assertThat(next.answers()).isEqualTo("{\"says\":\"again\"}");
    assertThat(removal(person).path("state").asString()).isEqualTo("present");
  }

  private void remove(Person person) throws InterruptedException {
    var _ = cluster.operator().api().delete(path(person));
  }

  private JsonNode removal(Person person) throws InterruptedException {
    return cluster.operator().api().get(path(person));
  }

  private static String path(Person person) throws InterruptedException {
    return "/api/v1/admin/tenants/" + person.id();
  }

  private boolean namespace(Person person) throws InterruptedException {
    return kubernetes.namespaces().withName(person.namespace()).get() != null;
  }

  private boolean isWired(Person person) throws InterruptedException {
    String name = "tenant-" + person.id();
    return kubernetes
                .resources(Kustomization.class)
                .inNamespace(InstalledCluster.SYSTEM)
                .withName(name)
                .get()
            != null
        || kubernetes
                .resources(ExternalArtifact.class)
                .inNamespace(InstalledCluster.SYSTEM)
                .withName(name)
                .get()
            != null;
  }
}
