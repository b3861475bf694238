package dev.headrace.delivery.flux;

import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What anybody but the cluster's own controllers wrote to an object, by its managed fields. They
 * say who wrote which fields and when, to the second. Of a scale they do not say when, and of a
 * scale to nothing not even who: what they show is that Flux has lost the replicas.
 */
final class ForeignWrites {
  private static final String FLUX = "kustomize-controller";

  private static final Set<String> CONTROLLERS =
      Set.of(FLUX, "kube-controller-manager", "kube-apiserver", "headrace");

  private static final String SCALE = "scale";
  private static final String SPEC = "f:spec";
  private static final String REPLICAS = "f:replicas";
  private static final FieldsV1 OWN_REPLICAS = ownReplicas();

  private ForeignWrites() {}

  /**
   * One that was found.
   *
   * @param by the program, as it calls itself
   */
  record Found(Optional<String> by, Optional<Instant> at) {}

  private record Write(String by, String operation, Instant at) {}

  /** Since the object was as it was; whose fields were only taken back has not written. */
  static Optional<Found> since(HasMetadata before, HasMetadata now) {
    Set<Write> known = writes(before).collect(Collectors.toSet());
    return writes(now)
        .filter(write -> !known.contains(write))
        .findFirst()
        .map(ForeignWrites::found)
        .or(() -> fluxHasReplicas(before) ? scaled(now) : Optional.empty());
  }

  /**
   * The last one after Flux wrote to it.
   *
   * @param replicated whether Flux wrote how many replicas there are to be
   */
  static Optional<Found> sinceApplied(HasMetadata object, boolean replicated) {
    Optional<Instant> applied =
        entries(object)
            .filter(entry -> FLUX.equals(entry.getManager()))
            .flatMap(entry -> time(entry).stream())
            .max(Comparator.naturalOrder());
    if (applied.isEmpty()) {
      return Optional.empty();
    }
    Optional<Found> scaled = replicated ? scaled(object) : Optional.empty();
    return scaled.or(() ->
        writes(object)
            .filter(write -> write.at().isAfter(applied.get()))
            .max(Comparator.comparing(Write::at))
            .map(ForeignWrites::found));
  }

  private static Found found(Write write) {
    return new Found(Optional.of(write.by()), Optional.of(write.at()));
  }

  /** Where Flux has lost the replicas, unless to an autoscaler. */
  private static Optional<Found> scaled(HasMetadata object) {
    Optional<String> by =
        entries(object)
            .filter(entry -> SCALE.equals(entry.getSubresource()))
            .map(ManagedFieldsEntry::getManager)
            .findFirst();
    return fluxHasReplicas(object) || by.filter(CONTROLLERS::contains).isPresent()
        ? Optional.empty()
        : Optional.of(new Found(by, Optional.empty()));
  }

  private static boolean fluxHasReplicas(HasMetadata object) {
    return entries(object)
        .anyMatch(entry -> FLUX.equals(entry.getManager()) && hasReplicas(entry.getFieldsV1()));
  }

  /** Of what the object is to be, and with a time. */
  private static Stream<Write> writes(HasMetadata object) {
    return entries(object)
        .filter(entry -> Objects.requireNonNullElse(entry.getSubresource(), "").isEmpty())
        .filter(entry -> !CONTROLLERS.contains(entry.getManager()))
        .flatMap(entry ->
            time(entry)
                .map(at -> new Write(entry.getManager(), entry.getOperation(), at))
                .stream());
  }

  private static Stream<ManagedFieldsEntry> entries(HasMetadata object) {
    return object.getMetadata().getManagedFields().stream();
  }

  private static Optional<Instant> time(ManagedFieldsEntry entry) {
    return Optional.ofNullable(entry.getTime()).map(Instant::parse);
  }

  /** Makes an object small and says the same of it. */
  static void condense(ManagedFieldsEntry entry) {
    entry.setFieldsV1(hasReplicas(entry.getFieldsV1()) ? OWN_REPLICAS : null);
  }

  private static boolean hasReplicas(@Nullable FieldsV1 fields) {
    return fields != null
        && fields.getAdditionalProperties().get(SPEC) instanceof Map<?, ?> spec
        && spec.containsKey(REPLICAS);
  }

  private static FieldsV1 ownReplicas() {
    FieldsV1 fields = new FieldsV1();
    fields.setAdditionalProperty(SPEC, Map.of(REPLICAS, Map.of()));
    return fields;
  }
}
