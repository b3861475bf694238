package dev.headrace.flux;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;

/** Has source-controller fetch a branch: the usual way, which Headrace is compared with. */
@Group("source.toolkit.fluxcd.io")
@Version("v1")
public final class GitRepository extends CustomResource<GitRepositorySpec, GitRepositoryStatus>
    implements Namespaced {}
