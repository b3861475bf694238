package dev.headrace.git;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectIdRef;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;

/** The one branch, {@code main}. */
final class MainBranch {

  static final String NAME = "refs/heads/main";

  /** Stock git has main for some milliseconds when it moves it. */
  private static final int MOST_TRIES = 40;

  private static final Duration WAIT = Duration.ofMillis(25);

  private final FileRepository repository;

  MainBranch(FileRepository repository) {
    this.repository = repository;
  }

  Optional<ObjectId> read() throws IOException {
    return Optional.ofNullable(repository.getRefDatabase().exactRef(NAME)).map(Ref::getObjectId);
  }

  /** The branch as it is shown while it is at a commit of Headrace. */
  static Ref ref(CommitId at) {
    return new ObjectIdRef.PeeledNonTag(Ref.Storage.LOOSE, NAME, at.objectId());
  }

  /** Somebody else has the branch, or has moved it. */
  static final class Moved extends IOException {
    Moved(ObjectId to) {
      super("git refused to move main to " + to.name() + ": somebody else has it or moved it");
    }
  }

  /** What moves the branch, or finds it moved. */
  interface Attempt<T> {
    T make() throws IOException;
  }

  /** Makes an attempt again for as long as somebody else may have the branch for a moment. */
  static <T> T patiently(Attempt<T> attempt) throws IOException {
    for (int tried = 0; ; tried++) {
      try {
        return attempt.make();
      } catch (Moved e) {
        if (tried == MOST_TRIES) {
          throw e;
        }
        LockSupport.parkNanos(WAIT.toNanos());
      }
    }
  }

  /**
   * Moves the branch if it is at {@code from} (zero: if there is none).
   *
   * @throws Moved if it is not, or cannot be had
   */
  void move(ObjectId from, ObjectId to) throws IOException {
    update(from, to, "commit");
  }

  /** Moves the branch back from a commit that was refused, if it is at that. */
  void moveBack(ObjectId refused, ObjectId to) throws IOException {
    update(refused, to, "refused " + refused.name());
  }

  private void update(ObjectId from, ObjectId to, String why) throws IOException {
    RefUpdate update = repository.updateRef(NAME);
    update.setExpectedOldObjectId(from);
    update.setNewObjectId(to);
    // JGit would walk to see that a batch follows the commit expected, which it is built upon; the
    // way back it would refuse.
    update.setForceUpdate(true);
    if (from.equals(ObjectId.zeroId())) {
      // A log of main says that there was more than the first commit (RepositoryFolder).
      update.disableRefLog();
    } else {
      update.setRefLogIdent(new PersonIdent("Headrace", SignedCommit.COMMITTER_ADDRESS));
      update.setRefLogMessage(why, false);
    }
    RefUpdate.Result result = update.update();
    switch (result) {
      case NEW, FORCED -> {}
      case LOCK_FAILURE -> {
        if (!read().equals(Optional.of(to))) {
          throw new Moved(to);
        }
        throw new IOException("main was moved to " + to.name() + ", but not well");
      }
      default -> throw new IOException("git refused to move main to " + to.name() + ": " + result);
    }
  }

  /** Makes the branch, as it stands now, survive a power cut. */
  void force() throws IOException {
    Path file = repository.getDirectory().toPath().resolve(NAME);
    if (Files.exists(file)) { // a mirror has it in packed-refs until it is moved
      Durable.forceFile(file);
    }
    Durable.forceFolder(file.getParent());
  }
}
