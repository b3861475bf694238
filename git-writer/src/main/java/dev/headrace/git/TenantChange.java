package dev.headrace.git;

import java.util.Optional;

/**
 * One request to set up or remove one tenant. It always comes from the system; the actor is whoever
 * made it necessary.
 *
 * @param contents the baseline's files, or none: a removal
 * @param expectedPrevious refuse with {@link CommitOutcome.Conflict} unless this is the tenant's
 *     last commit
 */
public record TenantChange(
    DeployId deployId,
    TenantId tenant,
    Actor actor,
    Contents contents,
    Optional<CommitId> expectedPrevious)
    implements PlatformChange {

  public TenantChange {
    if (contents instanceof Contents.Restore) {
      throw new IllegalArgumentException("contents: a tenant is set up or removed, not restored");
    }
  }

  @Override
  public DirectoryId directory() {
    return tenant;
  }
}
