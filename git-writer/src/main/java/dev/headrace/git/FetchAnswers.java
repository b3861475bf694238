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
import java.util.OptionalInt;
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
 * The fetching side of {@link GitProtocol}. Clones are sent by the machine's git where there is
 * one, everything else by JGit, which tells refs as they are for this client. Thread-safe.
 */
final class FetchAnswers {

  private final FileRepository repository;
  private final Supplier<CommitId> head;
  private final MainLine main;
  private final KeptAnswers kept;
  private final PackFolder packs;
  private final Optional<NativeUpload> git;
  private final MemoryShare heap;
  private final PackConfig asTheyAre;

  /** Headrace's commits on {@code main}. */
  interface MainLine {
    int length();

    /** How many are below one; empty if it is none of them. */
    OptionalInt below(CommitId commit);
  }

  /**
   * @param heap for what JGit sends
   */
  FetchAnswers(
      FileRepository repository,
      Supplier<CommitId> head,
      MainLine main,
      KeptAnswers kept,
      PackFolder packs,
      Optional<NativeUpload> git,
      MemoryShare heap) {
    this.repository = repository;
    this.head = head;
    this.main = main;
    this.kept = kept;
    this.packs = packs;
    this.git = git;
    this.heap = heap;
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
    try {
      if (!asked.isClone() || !isPublished(CommitId.of(asked.wants().getFirst()), tip)) {
        sendByJGit(client, tip, asked, request, out);
      } else if (asked.depth() == 1 && asked.wants().contains(tip.objectId())) {
        sendKept(client, tip, asked, request, out);
      } else {
        sendClone(client, tip, asked, request, out);
      }
    } catch (MemoryShare.TooMany e) {
      new PacketLineOut(out).writeString("ERR " + e.getMessage());
      throw new GitProtocol.Told("the client was told: " + e.getMessage(), e);
    }
    return words(asked);
  }

  /** By Headrace: who was told of the tip may ask for it when there is another. */
  private boolean isPublished(CommitId commit, CommitId tip) {
    return commit.equals(tip) || main.below(commit).isPresent();
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
            asked.depth() == 1 ? " only" : "",
            asked.has().size());
  }

  private void sendKept(
      GitProtocol.Client client, CommitId tip, FetchRequest asked, byte[] request, OutputStream out)
      throws IOException {
    String dialect = client.speaksVersion2() ? "2" : "0";
    KeptAnswers.Question question =
        new KeptAnswers.Question(
            tip.objectId(), dialect + HexFormat.of().formatHex(Digests.sha256(asked.canonical())));
    Optional<InputStream> answer =
        kept.open(question, file -> sendClone(client, tip, asked, request, file));
    if (answer.isEmpty()) {
      sendClone(client, tip, asked, request, out);
      return;
    }
    try (InputStream it = answer.get()) {
      it.transferTo(out);
    }
  }

  private void sendClone(
      GitProtocol.Client client, CommitId tip, FetchRequest asked, byte[] request, OutputStream out)
      throws IOException {
    if (git.isEmpty() || !git.get().answer(asked, lacks(asked), out)) {
      sendByJGit(client, tip, asked, request, out);
    }
  }

  /** How many objects a client has not, if each commit brings as many. */
  private long lacks(FetchRequest asked) throws IOException {
    int length = main.length();
    int commits = length;
    if (asked.depth() != FetchRequest.ALL) {
      commits = Math.min(length, asked.depth());
    } else if (!asked.options().contains(FetchRequest.DEEPEN_OTHERWISE)) {
      int has =
          asked.has().stream()
              .map(CommitId::of)
              .map(main::below)
              .flatMapToInt(OptionalInt::stream)
              .max()
              .orElse(-1);
      commits = length - 1 - has;
    }
    return length == 0 ? 0 : packs.objects() * commits / length;
  }

  private void sendByJGit(
      GitProtocol.Client client, CommitId tip, FetchRequest asked, byte[] request, OutputStream out)
      throws IOException {
    try (MemoryShare.Part _ = heap.take(asked.asksForRefs() ? 0 : lacks(asked));
        UploadPack pack = uploadPack(client, tip)) {
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

  /** As {@link GitProtocol#end}. */
  void end() {
    git.ifPresent(NativeUpload::end);
  }
}
