package dev.headrace.git;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.eclipse.jgit.errors.PackProtocolException;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.SymbolicRef;
import org.eclipse.jgit.storage.pack.PackConfig;
import org.eclipse.jgit.transport.PacketLineOut;
import org.eclipse.jgit.transport.RefAdvertiser.PacketLineOutRefAdvertiser;
import org.eclipse.jgit.transport.UploadPack;
import org.eclipse.jgit.transport.UploadPackInternalServerErrorException;

/**
 * The fetching side of {@link GitProtocol}. Refs are told by JGit, as they are for this client;
 * objects are sent by the machine's git where there is one, otherwise by JGit too. Thread-safe.
 */
final class FetchAnswers {

  private final FileRepository repository;
  private final Supplier<CommitId> head;
  private final Predicate<CommitId> isOnMain;
  private final KeptAnswers kept;
  private final PackFolder packs;
  private final Optional<NativeUpload> git;
  private final MemoryShare memory;
  private final PackConfig asTheyAre;

  /**
   * @param isOnMain whether a commit is one of Headrace's on {@code main}
   * @param memory for those who are sent all of history, where that is kept meanwhile
   */
  FetchAnswers(
      FileRepository repository,
      Supplier<CommitId> head,
      Predicate<CommitId> isOnMain,
      KeptAnswers kept,
      PackFolder packs,
      Optional<NativeUpload> git,
      MemoryShare memory) {
    this.repository = repository;
    this.head = head;
    this.isOnMain = isOnMain;
    this.kept = kept;
    this.packs = packs;
    this.git = git;
    this.memory = memory;
    this.asTheyAre = new PackConfig(repository);
    // What is in the repository is sent as it is: nobody waits for a better compression.
    asTheyAre.setDeltaCompress(false);
    asTheyAre.setThreads(1);
  }

  void advertise(GitProtocol.Client client, OutputStream out) throws IOException {
    try (UploadPack pack = uploadPack(client, head.get())) {
      pack.sendAdvertisedRefs(
          new PacketLineOutRefAdvertiser(new PacketLineOut(out)),
          client.speaksVersion2() ? null : GitProtocol.FETCH);
    }
  }

  /** As {@link GitProtocol#fetch}. */
  String answer(GitProtocol.Client client, byte[] request, OutputStream out) throws IOException {
    FetchRequest asked = read(client, request);
    CommitId tip = head.get();
    if (asked.asksForRefs()) {
      sendByJGit(client, tip, request, out);
    } else if (asked.isShallowClone(tip.objectId())) {
      sendKept(client, tip, asked, request, out);
    } else {
      send(client, tip, asked, request, out);
    }
    return words(asked);
  }

  private static FetchRequest read(GitProtocol.Client client, byte[] request)
      throws GitProtocol.BadRequest {
    try {
      return FetchRequest.read(request, client.speaksVersion2());
    } catch (IOException e) {
      throw new GitProtocol.BadRequest("This is no request that git makes: " + e.getMessage(), e);
    }
  }

  private static String words(FetchRequest asked) {
    if (asked.asksForRefs()) {
      return "refs";
    }
    return "wants %s%s, has %d"
        .formatted(
            asked.wants().stream().map(ObjectId::name).distinct().toList(),
            asked.depth() == FetchRequest.Depth.ONLY_TIPS ? " only" : "",
            asked.has().size());
  }

  private void sendKept(
      GitProtocol.Client client, CommitId tip, FetchRequest asked, byte[] request, OutputStream out)
      throws IOException {
    String dialect = client.speaksVersion2() ? "2" : "0";
    KeptAnswers.Question question =
        new KeptAnswers.Question(
            tip.objectId(), dialect + HexFormat.of().formatHex(Digests.sha256(request)));
    Optional<InputStream> answer =
        kept.open(question, file -> send(client, tip, asked, request, file));
    if (answer.isEmpty()) {
      send(client, tip, asked, request, out);
      return;
    }
    try (InputStream it = answer.get()) {
      it.transferTo(out);
    }
  }

  private void send(
      GitProtocol.Client client, CommitId tip, FetchRequest asked, byte[] request, OutputStream out)
      throws IOException {
    Map<String, Ref> refs = refs(client, tip);
    try (MemoryShare.Part _ = memory.take(isWhole(asked) ? packs.objects() : 0)) {
      if (git.isPresent() && asked.wants().stream().allMatch(want -> isServed(want, refs))) {
        git.get().answer(client.speaksVersion2(), request, out);
      } else {
        sendByJGit(client, tip, request, out);
      }
    } catch (MemoryShare.TooMany e) {
      new PacketLineOut(out).writeString("ERR " + e.getMessage());
      throw new GitProtocol.Told("the client was told: " + e.getMessage(), e);
    }
  }

  /** Whether all of history is sent: what a client has that we have not does not shorten it. */
  private boolean isWhole(FetchRequest asked) {
    return asked.ends()
        && asked.depth() == FetchRequest.Depth.ALL
        && asked.has().stream().noneMatch(has -> isOnMain.test(CommitId.of(has)));
  }

  private boolean isServed(ObjectId want, Map<String, Ref> refs) {
    return refs.values().stream().anyMatch(ref -> want.equals(ref.getObjectId()))
        || isOnMain.test(CommitId.of(want));
  }

  private void sendByJGit(GitProtocol.Client client, CommitId tip, byte[] request, OutputStream out)
      throws IOException {
    try (UploadPack pack = uploadPack(client, tip)) {
      pack.upload(new ByteArrayInputStream(request), out, null);
    } catch (UploadPackInternalServerErrorException e) {
      if (e.getCause() instanceof PackProtocolException why) {
        throw new GitProtocol.Told("the client was told: " + why.getMessage(), e);
      }
      throw e;
    }
  }

  private UploadPack uploadPack(GitProtocol.Client client, CommitId tip) throws IOException {
    UploadPack pack = new UploadPack(repository);
    pack.setBiDirectionalPipe(false);
    pack.setPackConfig(asTheyAre);
    pack.setAdvertisedRefs(refs(client, tip));
    if (client.speaksVersion2()) {
      pack.setExtraParameters(List.of(GitProtocol.VERSION_2));
    }
    return pack;
  }

  private Map<String, Ref> refs(GitProtocol.Client client, CommitId tip) throws IOException {
    Map<String, Ref> refs = new LinkedHashMap<>();
    Ref main = MainBranch.ref(tip);
    refs.put(Constants.HEAD, new SymbolicRef(Constants.HEAD, main));
    refs.put(MainBranch.NAME, main);
    if (client.seesRefused()) {
      for (Ref each : repository.getRefDatabase().getRefsByPrefix(PushedCommits.REJECTED)) {
        refs.put(each.getName(), each);
      }
    }
    return refs;
  }

  /** Ends what git sends, and lets nothing more begin. */
  void end() {
    git.ifPresent(NativeUpload::end);
  }
}
