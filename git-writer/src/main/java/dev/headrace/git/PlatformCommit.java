package dev.headrace.git;

import java.time.Instant;
import java.util.Optional;

/** What every commit says that Headrace signed, but the first. */
public sealed interface PlatformCommit permits AppCommit, TenantCommit {

  CommitId id();

  /** What it changes, and the only thing. */
  DirectoryId directory();

  DeployId deployId();

  Actor actor();

  /** To the second. */
  Instant at();

  /** The commit before this one of the same directory. */
  Optional<CommitId> previous();
}
