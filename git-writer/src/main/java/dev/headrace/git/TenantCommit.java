package dev.headrace.git;

import java.time.Instant;
import java.util.Optional;

/**
 * What a commit that Headrace signed says about one tenant.
 *
 * @param tree of the baseline that the commit leaves; empty if it removed the tenant
 */
public record TenantCommit(
    CommitId id,
    TenantId tenant,
    Optional<TreeId> tree,
    DeployId deployId,
    Actor actor,
    Instant at,
    Optional<CommitId> previous)
    implements PlatformCommit {

  @Override
  public DirectoryId directory() {
    return tenant;
  }
}
