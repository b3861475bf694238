package dev.headrace.git;

import java.nio.file.Path;

/** Another process, or this one, already writes to the repository. */
public final class RepositoryInUse extends RuntimeException {

  RepositoryInUse(Path repository) {
    super(
        "The platform repository "
            + repository
            + " is in use by another Headrace. Only one may write to it: stop the other one, or"
            + " choose another data folder.");
  }
}
