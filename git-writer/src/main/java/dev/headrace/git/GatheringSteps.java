package dev.headrace.git;

import java.io.IOException;

/** Told where the gathering of packs is; what it throws counts as a failure of the disk there. */
interface GatheringSteps {

  GatheringSteps NONE = step -> {};

  enum Step {
    PACK_WRITTEN,
    INDEX_NAMED,
    PACK_IN_USE,
    PACKS_INDEXED,
    ONE_PACK_GONE,
    PACKS_GONE
  }

  void reached(Step step) throws IOException;
}
