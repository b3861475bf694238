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
 * Git's own protocol as HTTP carries it: each call takes one request and writes its answer. Who may
 * ask is decided before. What is served is the last durable commit that Headrace made and what it
 * leads to, never what somebody else put on main a moment ago. Thread-safe; no call waits for a
 * writer but {@link #receive}.
 */
public final class GitProtocol {

  public static final String FETCH = "git-upload-pack";
  public static final String PUSH = "git-receive-pack";

  private static final String VERSION_2 = "version=2";

  private final FileRepository repository;
  private final Supplier<CommitId> head;
  private final KeptAnswers kept;
  private final PackConfig packs;

  GitProtocol(FileRepository repository, Supplier<CommitId> head, KeptAnswers kept) {
    this.repository = repository;
    this.head = head;
    this.kept = kept;
    this.packs = new PackConfig(repository);
    // What is in the repository is sent as it is: nobody waits for a better compression.
    packs.setDeltaCompress(false);
    packs.setThreads(1);
  }

  /**
   * Who fetches.
   *
   * @param parameters what its header {@code Git-Protocol} says
   * @param seesRefused whether it may have the commits that were put on main and refused
   */
  public record Client(List<String> parameters, boolean seesRefused) {
    public Client {
      parameters = List.copyOf(parameters);
    }

    boolean speaksVersion2() {
      return parameters.contains(VERSION_2);
    }
  }

  /** A fetch that was answered: what was asked for, in words. */
  public record Fetched(String asked) {}

  /** What can be fetched, or in which way that can be asked. */
  public void advertiseFetch(Client client, OutputStream out) throws IOException {
    try (UploadPack pack = uploadPack(client)) {
      pack.sendAdvertisedRefs(
          new PacketLineOutRefAdvertiser(new PacketLineOut(out)),
          client.speaksVersion2() ? null : FETCH);
    }
  }

  /**
   * Answers one request of a fetch.
   *
   * @throws BadRequest if it is none; nothing was written
   */
  public Fetched fetch(Client client, byte[] request, OutputStream out) throws IOException {
    FetchRequest asked = read(client, request);
    CommitId tip = head.get();
    if (!asked.isShallowClone(tip.objectId())) {
      upload(client, tip, request, out);
      return new Fetched(words(asked));
    }
    String dialect = client.speaksVersion2() ? "2" : "0";
    KeptAnswers.Question question =
        new KeptAnswers.Question(
            tip.objectId(), dialect + HexFormat.of().formatHex(Digests.sha256(request)));
    Optional<InputStream> answer = kept.open(question, file -> upload(client, tip, request, file));
    if (answer.isEmpty()) {
      upload(client, tip, request, out);
    } else {
      try (InputStream it = answer.get()) {
        it.transferTo(out);
      }
    }
    return new Fetched(words(asked));
  }

  private static FetchRequest read(Client client, byte[] request) throws BadRequest {
    try {
      return FetchRequest.read(request, client.speaksVersion2());
    } catch (IOException e) {
      throw new BadRequest("This is no request that git makes: " + e.getMessage(), e);
    }
  }

  private static String words(FetchRequest asked) {
    if (asked.asksForRefs()) {
      return "refs";
    }
    return "wants %s%s, has %d"
        .formatted(
            asked.wants().stream().map(ObjectId::name).distinct().toList(),
            asked.shallow() ? " only" : "",
            asked.has());
  }

  private void upload(Client client, CommitId tip, byte[] request, OutputStream out)
      throws IOException {
    try (UploadPack pack = uploadPack(client, tip)) {
      pack.upload(new ByteArrayInputStream(request), out, null);
    } catch (UploadPackInternalServerErrorException e) {
      if (e.getCause() instanceof PackProtocolException why) {
        throw new Told("the client was told: " + why.getMessage(), e);
      }
      throw e;
    }
  }

  private UploadPack uploadPack(Client client) throws IOException {
    return uploadPack(client, head.get());
  }

  private UploadPack uploadPack(Client client, CommitId tip) throws IOException {
    UploadPack pack = new UploadPack(repository);
    pack.setBiDirectionalPipe(false);
    pack.setPackConfig(packs);
    pack.setAdvertisedRefs(refs(tip, client.seesRefused()));
    if (client.speaksVersion2()) {
      pack.setExtraParameters(List.of(VERSION_2));
    }
    return pack;
  }

  private Map<String, Ref> refs(CommitId tip, boolean refused) throws IOException {
    Map<String, Ref> refs = new LinkedHashMap<>();
    Ref main = MainBranch.ref(tip);
    refs.put(Constants.HEAD, new SymbolicRef(Constants.HEAD, main));
    refs.put(MainBranch.NAME, main);
    if (refused) {
      for (Ref each : repository.getRefDatabase().getRefsByPrefix(PushedCommits.REJECTED)) {
        refs.put(each.getName(), each);
      }
    }
    return refs;
  }

  /** What can be pushed to. */
  public void advertisePush(OutputStream out) throws IOException {
    PacketLineOut lines = new PacketLineOut(out);
    lines.writeString("# service=" + PUSH + "\n");
    lines.end();
    new IncomingPush(repository, head.get(), NOBODY)
        .sendAdvertisedRefs(new PacketLineOutRefAdvertiser(lines));
  }

  /** Who pushes, as those know them who let them. */
  public interface Pusher {

    /** Decides on a commit whose objects are kept: {@link PlatformRepository#push}. */
    PushOutcome settle(CommitId commit);

    /** What they are told of a commit that completes one of theirs. */
    String words(AppCommit commit);

    /** So many bytes of theirs are in the repository for good, whatever becomes of them. */
    void kept(long bytes);
  }

  private static final Pusher NOBODY =
      new Pusher() {
        @Override
        public PushOutcome settle(CommitId commit) {
          throw new IllegalStateException("nothing is pushed yet");
        }

        @Override
        public String words(AppCommit commit) {
          return commit.appName();
        }

        @Override
        public void kept(long bytes) {}
      };

  /**
   * Takes one request of a push. It is refused before its objects are kept where that can be known;
   * otherwise {@link Pusher#settle} decides. What is refused by that is in the repository, and no
   * ref leads to it.
   *
   * @return each ref that was asked for, from where to where it was to move, and how that ended
   */
  public List<String> receive(InputStream request, OutputStream out, Pusher pusher)
      throws IOException {
    return new IncomingPush(repository, head.get(), pusher).receive(request, out);
  }

  /** A request that git does not make. */
  public static final class BadRequest extends IOException {
    BadRequest(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The request ended in an error, which the client was told in the answer. */
  public static final class Told extends IOException {
    Told(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
