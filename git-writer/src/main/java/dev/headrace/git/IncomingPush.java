package dev.headrace.git;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.errors.UnpackException;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.internal.submodule.SubmoduleValidator.SubmoduleValidationException;
import org.eclipse.jgit.lib.ObjectChecker;
import org.eclipse.jgit.transport.ReceiveCommand;
import org.eclipse.jgit.transport.ReceiveCommand.Result;
import org.eclipse.jgit.transport.ReceivePack;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request of a push, in which JGit takes the objects and moves nothing. */
final class IncomingPush extends ReceivePack {

  static final int MAX_PACK_BYTES = 10 << 20;
  private static final int MAX_COMMAND_BYTES = 64 << 10;
  private static final Logger log = LoggerFactory.getLogger(IncomingPush.class);

  private final FileRepository repository;
  private final CommitId head;
  private final GitProtocol.Pusher pusher;
  private final List<ReceiveCommand> asked = new ArrayList<>();

  IncomingPush(FileRepository repository, CommitId head, GitProtocol.Pusher pusher)
      throws IOException {
    super(repository);
    this.repository = repository;
    this.head = head;
    this.pusher = pusher;
    // Each object that a push brings is read before it is decided upon (PushedCommits), and what is
    // below it is main; JGit would walk through all of that.
    connectivityChecker = (_, _, _) -> {};
    setAdvertisedRefs(Map.of(MainBranch.NAME, MainBranch.ref(head)), Set.of());
    setBiDirectionalPipe(false);
    setAllowDeletes(false);
    setAllowNonFastForwards(false);
    setObjectChecker(new ObjectChecker());
    setMaxCommandBytes(MAX_COMMAND_BYTES);
    setMaxPackSizeLimit(MAX_PACK_BYTES);
    setMaxObjectSizeLimit(ChangeRules.MAX_FILE_BYTES);
    setPreReceiveHook((_, commands) -> commands.forEach(this::settle));
  }

  List<String> receive(InputStream request, OutputStream out) throws IOException {
    try {
      receive(request, out, null);
    } catch (UnpackException e) {
      throw new GitProtocol.Told("the client was told: " + e.getCause(), e);
    }
    return asked.stream().map(IncomingPush::ended).toList();
  }

  private static String ended(ReceiveCommand command) {
    String message = command.getMessage();
    return "%s %s..%s %s%s"
        .formatted(
            PlainText.name(command.getRefName()),
            command.getOldId().name(),
            command.getNewId().name(),
            command.getResult(),
            message == null ? "" : " (" + message + ")");
  }

  @Override
  protected void receivePackAndCheckConnectivity()
      throws IOException, SubmoduleValidationException {
    asked.addAll(getAllCommands());
    refuseWhatNeedsNoLook();
    if (asked.stream().anyMatch(command -> command.getResult() == Result.NOT_ATTEMPTED)) {
      try {
        super.receivePackAndCheckConnectivity();
      } finally {
        pusher.kept(keptBytes());
      }
    }
  }

  /** What is refused after it was taken is kept, too. */
  private long keptBytes() {
    try {
      return getPackSize();
    } catch (IllegalStateException e) {
      return 0; // none was taken
    }
  }

  private void refuseWhatNeedsNoLook() {
    for (ReceiveCommand command : asked) {
      refusal(command).ifPresent(why -> command.setResult(Result.REJECTED_OTHER_REASON, why));
    }
  }

  private Optional<String> refusal(ReceiveCommand command) {
    if (!command.getRefName().equals(MainBranch.NAME)) {
      return Optional.of("main is the only branch, and there are no tags: push to main");
    }
    if (asked.size() > 1) {
      return Optional.of("push main alone");
    }
    if (!command.getOldId().equals(head.objectId())) {
      return Optional.of("main is at " + head + " by now: git pull --rebase, and push again");
    }
    return Optional.empty();
  }

  private void settle(ReceiveCommand command) {
    try {
      Durable.forceFolder(repository.getObjectDatabase().getPackDirectory().toPath());
      switch (pusher.settle(CommitId.of(command.getNewId()))) {
        case PushOutcome.Completed(_, List<AppCommit> commits) -> {
          commits.forEach(commit -> sendMessage(pusher.words(commit)));
          sendMessage(
              commits.size() == 1
                  ? "git pull brings the commit that completes yours"
                  : "git pull brings the commits that complete yours");
          command.setResult(Result.OK);
        }
        case PushOutcome.Refused(_, String why, _) ->
            command.setResult(Result.REJECTED_OTHER_REASON, why.replaceAll("\\s+", " "));
      }
    } catch (IOException | UncheckedIOException | IllegalStateException e) {
      log.error("pushed commit {} could not be settled", command.getNewId().name(), e);
      command.setResult(
          Result.REJECTED_OTHER_REASON,
          "Headrace could not settle it, and its log says why. Fetch: if it is on main, it is done");
    }
  }

  /** The writer has moved main, or nobody moves it. */
  @Override
  protected void executeCommands() {}
}
