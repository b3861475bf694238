package dev.headrace.delivery.flux;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntryBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ForeignWritesTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final ManagedFieldsEntry BY_FLUX = by("kustomize-controller", "", 0);

  @Test
  void whatSomebodyWritesIsSeenOnce() {
    HasMetadata before = written(BY_FLUX);
    HasMetadata edited = written(BY_FLUX, by("kubectl-edit", "", 5));
    assertThat(ForeignWrites.since(before, edited).flatMap(ForeignWrites.Found::by))
        .contains("kubectl-edit");
    assertThat(ForeignWrites.since(edited, edited)).isEmpty();
  }

  @Test
  void somebodyWhoWritesAgainIsSeenAgain() {
    assertThat(
            ForeignWrites.since(
                written(BY_FLUX, by("kubectl", "", 5)), written(BY_FLUX, by("kubectl", "", 6))))
        .isPresent();
  }

  @Test
  void kubectlScaleIsSeenEachTime() {
    HasMetadata applied = written(replicas(BY_FLUX));
    HasMetadata scaled = written(BY_FLUX, replicas(by("kubectl", "scale", 5)));
    HasMetadata shared = written(replicas(BY_FLUX), replicas(by("kubectl", "scale", 5)));
    assertThat(ForeignWrites.since(applied, scaled).flatMap(ForeignWrites.Found::by))
        .contains("kubectl");
    assertThat(ForeignWrites.since(scaled, scaled)).isEmpty();
    assertThat(ForeignWrites.since(scaled, shared)).isEmpty();
    assertThat(ForeignWrites.since(shared, scaled)).isPresent();
    assertThat(ForeignWrites.sinceApplied(scaled, true)).isPresent();
    assertThat(ForeignWrites.sinceApplied(shared, true)).isEmpty();
  }

  @Test
  void aScaleToNothingOfWhichNobodyIsNamedIsSeen() {
    HasMetadata scaled = written(BY_FLUX);
    assertThat(ForeignWrites.since(written(replicas(BY_FLUX)), scaled))
        .contains(new ForeignWrites.Found(Optional.empty(), Optional.empty()));
    assertThat(ForeignWrites.sinceApplied(scaled, true)).isPresent();
  }

  @Test
  void whatIsKeptOfAnObjectSaysTheSame() {
    HasMetadata applied = written(replicas(BY_FLUX));
    applied.getMetadata().getManagedFields().forEach(ForeignWrites::condense);
    assertThat(ForeignWrites.sinceApplied(applied, true)).isEmpty();
    assertThat(ForeignWrites.since(applied, written(BY_FLUX))).isPresent();
  }

  @Test
  void aStatusAndTheClustersOwnControllersAreNot() {
    HasMetadata now =
        written(
            BY_FLUX,
            by("somebody", "status", 5),
            by("kube-controller-manager", "", 5),
            by("kustomize-controller", "", 6));
    assertThat(ForeignWrites.since(written(BY_FLUX), now)).isEmpty();
    assertThat(ForeignWrites.sinceApplied(now, false)).isEmpty();
  }

  @Test
  void whatWasWrittenAfterFluxDidIsFoundWithoutHavingBeenWatched() {
    assertThat(
            ForeignWrites.sinceApplied(written(BY_FLUX, by("kubectl-edit", "", 5)), false)
                .flatMap(ForeignWrites.Found::at))
        .contains(NOON.plusSeconds(5));
  }

  @Test
  void whatFluxHasWrittenOverIsNot() {
    assertThat(
            ForeignWrites.sinceApplied(
                written(by("kubectl-edit", "", 5), by("kustomize-controller", "", 7)), false))
        .isEmpty();
  }

  @Test
  void ofSeveralTheLastOneIsFoundAndTheReplicasBeforeThem() {
    ManagedFieldsEntry old = by("annotator", "", 5);
    ManagedFieldsEntry late = by("kubectl-edit", "", 9);
    assertThat(
            ForeignWrites.sinceApplied(written(replicas(BY_FLUX), old, late), true)
                .flatMap(ForeignWrites.Found::by))
        .contains("kubectl-edit");
    assertThat(
            ForeignWrites.sinceApplied(written(BY_FLUX, old), true)
                .flatMap(ForeignWrites.Found::at))
        .isEmpty();
  }

  @Test
  void anAutoscalerIsNobody() {
    HasMetadata scaled = written(BY_FLUX, replicas(by("kube-controller-manager", "scale", 5)));
    assertThat(ForeignWrites.since(written(replicas(BY_FLUX)), scaled)).isEmpty();
    assertThat(ForeignWrites.sinceApplied(scaled, true)).isEmpty();
  }

  @Test
  void anObjectThatFluxDidNotWriteIsNotFlux() {
    assertThat(ForeignWrites.sinceApplied(written(by("kubectl-edit", "", 5)), false)).isEmpty();
  }

  private static HasMetadata written(ManagedFieldsEntry... entries) {
    return new DeploymentBuilder()
        .withNewMetadata()
        .withManagedFields(entries)
        .endMetadata()
        .build();
  }

  private static ManagedFieldsEntry replicas(ManagedFieldsEntry entry) {
    FieldsV1 fields = new FieldsV1();
    fields.setAdditionalProperty("f:spec", Map.of("f:replicas", Map.of()));
    return new ManagedFieldsEntryBuilder(entry).withFieldsV1(fields).build();
  }

  /** Of a scale without a time, as the API server writes it. */
  private static ManagedFieldsEntry by(String manager, String subresource, int seconds) {
    return new ManagedFieldsEntryBuilder()
        .withManager(manager)
        .withOperation("Update")
        .withSubresource(subresource.isEmpty() ? null : subresource)
        .withTime(subresource.equals("scale") ? null : NOON.plusSeconds(seconds).toString())
        .build();
  }
}
