package dev.headrace.git;

import java.io.IOException;

/** Told where the writer is; what it throws counts as a failure of the disk at that point. */
interface CommitSteps {

  CommitSteps NONE = step -> {};

  enum Step {
    CHANGES_TAKEN,
    COMMITS_BUILT,
    OBJECTS_DURABLE,
    MAIN_MOVED,
    MAIN_DURABLE
  }

  void reached(Step step) throws IOException;
}
