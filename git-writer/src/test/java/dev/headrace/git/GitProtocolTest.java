package dev.headrace.git;

import static dev.headrace.git.Samples.CLOCK;
import static dev.headrace.git.Samples.KEY;
import static dev.headrace.git.Samples.TODO;
import static dev.headrace.git.Samples.committed;
import static dev.headrace.git.Samples.deploy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests as bytes; what stock git makes of the answers is tested where HTTP carries them. */
class GitProtocolTest {
  private static final GitProtocol.Client AUDITOR = new GitProtocol.Client(List.of(), false);
  private static final GitProtocol.Client AUDITOR_2 =
      new GitProtocol.Client(List.of("version=2"), false);

  @TempDir private Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private Path bare;
  private StockGit git;
  private PlatformRepository repository;

  @BeforeEach
  void open() {
    bare = folder.resolve("platform.git");
    git = new StockGit(bare);
    repository = PlatformRepository.open(bare, KEY, CLOCK);
    committed(repository, deploy(TODO, "one"));
  }

  @AfterEach
  void close() {
    repository.close();
    git.passesFsck();
  }

  @Test
  void aCommitOfSomebodyElseIsNotServedBeforeItIsSettled() throws Exception {
    CommitId head = repository.head();
    OperatorsClone clone = new OperatorsClone(folder.resolve("clone"));
    clone.checkOut(bare);
    CommitId pushed = clone.change(TODO.path() + "/src/main.py", "x", "not settled");
    clone.git("push", "-q", "origin", "main");

    repository.protocol().advertiseFetch(AUDITOR, out);
    assertThat(said()).contains(head.sha() + " refs/heads/main").doesNotContain(pushed.sha());

    String request = line("want " + pushed + "\n") + "0000" + line("done\n");
    assertThatThrownBy(() -> fetch(AUDITOR, request)).isInstanceOf(GitProtocol.Told.class);
    assertThat(said()).contains("ERR").doesNotContain("PACK");
  }

  @Test
  void onlyRefsAndObjectsCanBeAskedFor() {
    String tree = git.git("rev-parse", "main^{tree}").strip();
    for (String command : List.of("object-info", "bundle-uri", "nonsense")) {
      assertThatThrownBy(() ->
              fetch(
                  AUDITOR_2,
                  line("command=" + command) + "0001" + line("oid " + tree + "\n") + "0000"))
          .isInstanceOf(GitProtocol.BadRequest.class);
    }
    assertThatThrownBy(() -> fetch(AUDITOR, "nonsense")).isInstanceOf(GitProtocol.BadRequest.class);
    assertThatThrownBy(() -> fetch(AUDITOR, line("want nothing\n") + "0000"))
        .isInstanceOf(GitProtocol.BadRequest.class);
    assertThat(out.size()).isZero();
  }

  @Test
  void whatIsRefusedAtSightIsNotKept() throws Exception {
    String before = objects();
    String head = repository.head().sha();
    String other = "1".repeat(40);
    for (String command :
        List.of(
            head + " " + other + " refs/heads/other",
            other + " " + head + " refs/heads/main",
            "0".repeat(40) + " " + other + " refs/tags/v1")) {
      var _ =
          repository
              .protocol()
              .receive(
                  bytes(line(command + "\0 report-status\n") + "0000" + "PACK and not read"),
                  out,
                  new OfNoUse());

      assertThat(said()).contains("unpack ok", "ng refs/");
    }
    assertThat(objects()).isEqualTo(before);
  }

  /** Whose objects are not even taken. */
  private static final class OfNoUse implements GitProtocol.Pusher {
    @Override
    public PushOutcome settle(CommitId commit) {
      throw new AssertionError("it is shown");
    }

    @Override
    public String words(AppCommit commit) {
      throw new AssertionError("it is completed");
    }

    @Override
    public void kept(long bytes) {
      throw new AssertionError("it is kept");
    }
  }

  @Test
  void whatAPushLeftThatACrashCutOffIsRemovedAtStart() throws IOException {
    repository.close();
    Path incoming = Files.writeString(bare.resolve("objects/incoming_12.pack"), "half");
    Path mark =
        Files.writeString(
            bare.resolve("objects/pack/pack-" + "1".repeat(40) + ".keep"), "jgit receive-pack\n");
    Path operators =
        Files.writeString(bare.resolve("objects/pack/pack-" + "2".repeat(40) + ".keep"), "mine\n");
    Path answer = Files.writeString(bare.resolve("headrace-served/answer-1"), "half");

    repository = PlatformRepository.open(bare, KEY, CLOCK);

    assertThat(incoming).doesNotExist();
    assertThat(mark).doesNotExist();
    assertThat(answer).doesNotExist();
    assertThat(operators).exists();
    Files.delete(operators);
  }

  private String objects() {
    return git.git("count-objects", "-v");
  }

  private void fetch(GitProtocol.Client client, String request) throws IOException {
    var _ = repository.protocol().fetch(client, request.getBytes(StandardCharsets.UTF_8), out);
  }

  private String said() {
    String said = out.toString(StandardCharsets.ISO_8859_1);
    out.reset();
    return said;
  }

  private static ByteArrayInputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String line(String text) {
    return "%04x%s".formatted(text.length() + 4, text);
  }
}
