package dev.headrace.git;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The parts of a repository that this process is the only writer of, put together and at work, once
 * it was seen to be one that this Headrace may write to.
 */
record OpenRepository(
    RepositoryFolder folder,
    SigningKey key,
    CommitLog log,
    HistoryIndex history,
    Publisher publisher,
    PushSettlement pushes,
    GroupCommit writer,
    Maintenance maintenance,
    GitProtocol protocol) {

  /** How far below the head of {@code main} a commit of Headrace is looked for. */
  private static final int MOST_PUSHED = 1_000;

  static OpenRepository open(
      Path bareDir,
      SigningKey key,
      Clock clock,
      CommitSteps steps,
      Maintenance.Settings upkeep,
      GatheringSteps gathering)
      throws IOException {
    RepositoryFolder folder = RepositoryFolder.open(bareDir, key, clock);
    try {
      PackFolder packs =
          new PackFolder(folder.repository().getObjectDatabase().getPackDirectory().toPath());
      KnownPacks known = new KnownPacks(folder.repository(), packs);
      Maintenance maintenance = new Maintenance(folder.repository(), known, upkeep, gathering);
      Optional<NativeUpload> git =
          GitProgram.find(upkeep.path())
              .map(program ->
                  new NativeUpload(
                      program, folder.path(), MemoryShare.besideHeap(), upkeep.limit()));
      return open(folder, key, clock, steps, known, maintenance, git);
    } catch (IOException | RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  private static OpenRepository open(
      RepositoryFolder folder,
      SigningKey key,
      Clock clock,
      CommitSteps steps,
      KnownPacks packs,
      Maintenance maintenance,
      Optional<NativeUpload> git)
      throws IOException {
    MainBranch main = new MainBranch(folder.repository());
    CommitLog log = new CommitLog(folder.repository(), key);
    CommitId own = newestOwn(folder, main, log);
    requireLayout(folder, log, own);
    Batch.Tip tip = new Batch.Tip(own.objectId(), log.root(own));
    HistoryIndex history = HistoryIndex.open(folder.path(), log, own);
    Holdings holdings = new Holdings();
    Preparation preparation = new Preparation(folder.repository(), log, history, holdings);
    Batch.Tools tools =
        new Batch.Tools(
            key, clock, log, history, new ObjectStore(folder.repository(), packs), holdings);
    CommitSteps told =
        step -> {
          steps.reached(step);
          if (step == CommitSteps.Step.MAIN_DURABLE) {
            maintenance.published();
          }
        };
    Publisher publisher = new Publisher(main, history, told, tip);
    PushSettlement pushes =
        new PushSettlement(
            main, publisher, preparation, tools, new PushedCommits(folder.repository()));
    GroupCommit writer = new GroupCommit(preparation, tools, publisher, pushes, told);
    GitProtocol protocol = protocol(folder, history, publisher, packs.folder(), git);
    writer.start();
    maintenance.start();
    return new OpenRepository(
        folder, key, log, history, publisher, pushes, writer, maintenance, protocol);
  }

  private static GitProtocol protocol(
      RepositoryFolder folder,
      HistoryIndex history,
      Publisher publisher,
      PackFolder packs,
      Optional<NativeUpload> git)
      throws IOException {
    FetchAnswers answers =
        new FetchAnswers(
            folder.repository(),
            () -> CommitId.of(publisher.tip().commit()),
            history,
            new KeptAnswers(folder.served()),
            packs,
            git,
            MemoryShare.ofHeap());
    return new GitProtocol(
        folder.repository(), () -> CommitId.of(publisher.tip().commit()), answers);
  }

  /** Of what somebody else put on top of it, it is not known yet whether it stays. */
  private static CommitId newestOwn(RepositoryFolder folder, MainBranch main, CommitLog log)
      throws IOException {
    ObjectId head =
        main.read()
            .orElseThrow(() ->
                new IllegalStateException(
                    "The platform repository "
                        + folder
                        + " has lost its branch main. Restore it from a mirror or a backup;"
                        + " its log has the last commit."));
    main.force(); // what a dying writer moved it to may be answered from now on
    return log.newestSigned(CommitId.of(head), MOST_PUSHED)
        .orElseThrow(() ->
            new IllegalStateException(
                "The last commit "
                    + head.name()
                    + " of the platform repository "
                    + folder
                    + " is not signed by this signing key, or is damaged. Use the key that belongs"
                    + " to the repository, or move main back to the last commit that Headrace"
                    + " signed."));
  }

  private static void requireLayout(RepositoryFolder folder, CommitLog log, CommitId head) {
    byte[] layout = log.file(".headrace/layout", head).orElse(new byte[0]);
    if (!new String(layout, StandardCharsets.UTF_8).equals(RepositoryFolder.LAYOUT)) {
      throw new IllegalStateException(
          "The platform repository "
              + folder
              + " has another layout than this Headrace knows. Use the version that wrote it, or"
              + " a newer one.");
    }
  }
}
