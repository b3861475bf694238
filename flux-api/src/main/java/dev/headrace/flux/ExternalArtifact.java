package dev.headrace.flux;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;

/** A source whose status somebody other than Flux writes. */
@Group("source.toolkit.fluxcd.io")
@Version("v1")
public final class ExternalArtifact
    extends CustomResource<ExternalArtifactSpec, ExternalArtifactStatus> implements Namespaced {
  @Override
  protected ExternalArtifactSpec initSpec() {
    return new ExternalArtifactSpec();
  }
}
