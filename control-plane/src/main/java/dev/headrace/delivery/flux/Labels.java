package dev.headrace.delivery.flux;

import dev.headrace.git.AppId;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The labels by which objects of the cluster are found. */
final class Labels {
  /** On an app's wiring. */
  static final String APP = "headrace.dev/app";

  /** On a tenant's wiring and namespace. */
  static final String TENANT = "headrace.dev/tenant";

  /** On what an app's directory renders. */
  static final String RENDERED_APP = "app-id";

  /** On all wiring. */
  static final Map<String, String> WIRING = Map.of("app.kubernetes.io/managed-by", "headrace");

  private Labels() {}

  /** The app whose wiring this is. */
  static Optional<AppId> app(HasMetadata wiring) {
    return of(wiring, APP).filter(AppId::isValid).map(AppId::new);
  }

  static Optional<String> of(HasMetadata object, String name) {
    @Nullable Map<String, String> labels = object.getMetadata().getLabels();
    return labels == null ? Optional.empty() : Optional.ofNullable(labels.get(name));
  }
}
