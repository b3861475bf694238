package dev.headrace.git;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;

/** The one branch, {@code main}. */
final class MainBranch {

  static final String NAME = "refs/heads/main";

  private final FileRepository repository;

  MainBranch(FileRepository repository) {
    this.repository = repository;
  }

  Optional<ObjectId> read() throws IOException {
    return Optional.ofNullable(repository.getRefDatabase().exactRef(NAME)).map(Ref::getObjectId);
  }

  /** Moves the branch if it is at {@code from} (zero: if there is none). */
  void move(ObjectId from, ObjectId to) throws IOException {
    RefUpdate update = repository.updateRef(NAME);
    update.setExpectedOldObjectId(from);
    update.setNewObjectId(to);
    // Every batch is built upon the commit that is expected. JGit would walk it to see that.
    update.setForceUpdate(true);
    if (from.equals(ObjectId.zeroId())) {
      // A log of main says that there was more than the first commit (RepositoryFolder).
      update.disableRefLog();
    } else {
      update.setRefLogIdent(new PersonIdent("Headrace", SignedCommit.COMMITTER_ADDRESS));
      update.setRefLogMessage("commit", false);
    }
    RefUpdate.Result result = update.update();
    switch (result) {
      case NEW, FORCED -> {}
      default -> throw new IOException("git refused to move main to " + to.name() + ": " + result);
    }
  }

  /** Makes the branch, as it stands now, survive a power cut. */
  void force() throws IOException {
    Path file = repository.getDirectory().toPath().resolve(NAME);
    Durable.forceFile(file);
    Durable.forceFolder(file.getParent());
  }
}
