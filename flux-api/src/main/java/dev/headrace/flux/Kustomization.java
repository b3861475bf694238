package dev.headrace.flux;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;

/** Has kustomize-controller apply a source's directory. */
@Group("kustomize.toolkit.fluxcd.io")
@Version("v1")
public final class Kustomization extends CustomResource<KustomizationSpec, KustomizationStatus>
    implements Namespaced {}
