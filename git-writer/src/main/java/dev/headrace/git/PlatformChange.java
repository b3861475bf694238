package dev.headrace.git;

import java.util.Optional;

/** One request to change one directory: what the writer must know of any. */
sealed interface PlatformChange permits Change, TenantChange {

  DeployId deployId();

  DirectoryId directory();

  Actor actor();

  Contents contents();

  Optional<CommitId> expectedPrevious();
}
