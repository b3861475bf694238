package dev.headrace.git;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.function.Supplier;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.transport.PacketLineOut;
import org.eclipse.jgit.transport.RefAdvertiser.PacketLineOutRefAdvertiser;

/**
 * Git's own protocol as HTTP carries it: each call takes one request and writes its answer. Who may
 * ask is decided before. What is served is the last durable commit that Headrace made and what it
 * leads to, never what somebody else put on main a moment ago. Thread-safe; no call waits for a
 * writer but {@link #receive}.
 */
public final class GitProtocol {

  public static final String FETCH = "git-upload-pack";
  public static final String PUSH = "git-receive-pack";

  static final String VERSION_2 = "version=2";

  private final FileRepository repository;
  private final Supplier<CommitId> head;
  private final FetchAnswers fetches;

  GitProtocol(FileRepository repository, Supplier<CommitId> head, FetchAnswers fetches) {
    this.repository = repository;
    this.head = head;
    this.fetches = fetches;
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

  /** What can be fetched, or in which way that can be asked. */
  public void advertiseFetch(Client client, OutputStream out) throws IOException {
    fetches.advertise(client, out);
  }

  /**
   * Answers one request of a fetch.
   *
   * @return what was asked for, in words
   * @throws BadRequest if it is none; nothing was written
   */
  public String fetch(Client client, byte[] request, OutputStream out) throws IOException {
    return fetches.answer(client, request, out);
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

  /** Ends what git sends, and has it begin nothing more. */
  void end() {
    fetches.end();
  }

  /** A request that git does not make. */
  public static final class BadRequest extends IOException {
    BadRequest(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The request ended in an error, which the client was told in the answer. */
  public static final class Told extends IOException {
    Told(String message) {
      super(message);
    }

    Told(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
