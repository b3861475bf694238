package dev.headrace.git;

import static dev.headrace.git.Samples.CLOCK;
import static dev.headrace.git.Samples.KEY;
import static dev.headrace.git.Samples.TODO;
import static dev.headrace.git.Samples.committed;
import static dev.headrace.git.Samples.deploy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FetchAnswersTest {

  private static final GitProtocol.Client AUDITOR =
      new GitProtocol.Client(List.of("version=2"), false);
  private static final String UNKNOWN = "1".repeat(40);
  private static final MemoryShare ENOUGH = new MemoryShare(Long.MAX_VALUE);

  @TempDir private Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private Path bare;
  private FileRepository files;
  private CommitId first;
  private CommitId tip;

  @BeforeEach
  void deployTwice() throws IOException {
    bare = folder.resolve("platform.git");
    try (PlatformRepository repository = PlatformRepository.open(bare, KEY, CLOCK)) {
      first = committed(repository, deploy(TODO, "one")).id();
      tip = committed(repository, deploy(TODO, moreThanAPipeHolds())).id();
    }
    files = Samples.repository(bare);
  }

  private static String moreThanAPipeHolds() {
    byte[] random = new byte[250_000];
    new Random(1).nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  @AfterEach
  void close() {
    files.close();
  }

  @ParameterizedTest
  @EnumSource
  void allOfHistoryIsNotSentWhereThereIsNoMemoryForIt(Upkeep.Tool tool) throws Exception {
    MemoryShare notForAll = new MemoryShare(packs().objects() * 250 - 1);
    FetchAnswers answers = answers(GitProgram.find(tool.path), notForAll);

    for (String whole :
        List.of(
            fetch(tip, "done\n"),
            fetch(tip),
            fetch(tip, "have " + UNKNOWN, "done\n"),
            fetch(tip, "done\n") + line("have " + tip),
            fetch(tip, "shallow " + tip, "deepen 2147483647", "done\n"),
            fetch(tip, "deepen 1", "deepen-relative", "done\n"))) {
      assertThatThrownBy(() -> answers.answer(AUDITOR, bytes(whole), out))
          .isInstanceOf(GitProtocol.Told.class)
          .hasMessageContaining("Clone with --depth=1");
      assertThat(said()).contains("ERR All of history is ").doesNotContain("PACK");
    }
    for (String part :
        List.of(fetch(tip, "deepen 1", "done\n"), fetch(tip, "have " + first, "done\n"))) {
      var _ = answers.answer(AUDITOR, bytes(part), out);
      assertThat(said()).contains("PACK");
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatNobodyPublishedIsNotSent(Upkeep.Tool tool) throws Exception {
    FetchAnswers answers = answers(GitProgram.find(tool.path), ENOUGH);
    StockGit git = new StockGit(bare);
    String blob = git.git("rev-parse", "main:.headrace/layout").strip();
    String tree = git.git("rev-parse", "main^{tree}").strip();
    String refused = unpublished(git, tip.sha(), tree);
    String top = unpublished(git, refused, tree);

    for (String want : List.of(UNKNOWN, blob, refused, top)) {
      assertThatThrownBy(
              () -> answers.answer(AUDITOR, bytes(fetch(new CommitId(want), "done\n")), out))
          .isInstanceOf(GitProtocol.Told.class);
      assertThat(said()).contains("ERR").doesNotContain("PACK");
    }
    for (CommitId published : List.of(first, tip)) {
      var _ = answers.answer(AUDITOR, bytes(fetch(published, "done\n")), out);
      assertThat(objectsSent()).contains(first.sha()).doesNotContain(refused, top);
    }
    String deeper = fetch(tip, "shallow " + top, "deepen 2147483647", "done\n");
    var _ = answers.answer(AUDITOR, bytes(deeper), out);
    assertThat(objectsSent()).contains(first.sha()).doesNotContain(refused, top);
  }

  private static String unpublished(StockGit git, String parent, String tree) {
    List<String> identity = List.of("-c", "user.name=Olga", "-c", "user.email=olga@example.com");
    List<String> command = new ArrayList<>(identity);
    command.addAll(List.of("commit-tree", "-m", "unpublished", "-p", parent, tree));
    return git.git(command.toArray(String[]::new)).strip();
  }

  @Test
  void whereGitCannotSendJGitDoes() throws Exception {
    for (String broken : List.of("exit 1\n", "sleep 1000\n")) {
      String path = Upkeep.path(folder.resolve("bin"), broken);
      FetchAnswers answers = answers(GitProgram.find(path), ENOUGH);
      var _ = answers.answer(AUDITOR, bytes(fetch(tip, "done\n")), out);
      assertThat(objectsSent()).contains(first.sha(), tip.sha());
    }
  }

  /** Of the pack in an answer of the second dialect, as stock git lists them. */
  private String objectsSent() throws IOException {
    ByteArrayOutputStream pack = new ByteArrayOutputStream();
    byte[] answer = out.toByteArray();
    out.reset();
    for (int at = 0; at < answer.length; ) {
      int length = Integer.parseInt(new String(answer, at, 4, StandardCharsets.US_ASCII), 16);
      if (length > 5 && answer[at + 4] == 1) {
        pack.write(answer, at + 5, length - 5);
      }
      at += Math.max(4, length);
    }
    Path file = Files.write(folder.resolve("sent.pack"), pack.toByteArray());
    Files.deleteIfExists(folder.resolve("sent.idx"));
    StockGit git = new StockGit(bare);
    var _ = git.git("index-pack", file.toString());
    return git.git("verify-pack", "-v", file.toString());
  }

  @Test
  void memoryIsSharedByThoseWhoAreSentAllOfHistoryAtATime() throws Exception {
    MemoryShare memory = new MemoryShare(100_000);
    try (MemoryShare.Part _ = memory.take(300)) {
      assertThatThrownBy(() -> memory.take(300)).hasMessageContaining("Try again");
      memory.take(0).close();
    }
    memory.take(300).close();
  }

  @Test
  void aGitThatSendsIsEndedWhenTheRepositoryIsClosed() throws Exception {
    FetchAnswers answers = answers(GitProgram.find(Upkeep.Tool.NATIVE_GIT.path), ENOUGH);
    CountDownLatch sending = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    OutputStream slow =
        new OutputStream() {
          @Override
          public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
          }

          @Override
          public void write(byte[] some, int from, int length) throws IOException {
            sending.countDown();
            try {
              ended.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
          }
        };
    AtomicReference<Throwable> outcome = new AtomicReference<>();
    Thread fetch =
        Thread.ofVirtual()
            .uncaughtExceptionHandler((_, thrown) -> outcome.set(thrown))
            .start(() -> {
              try {
                var _ = answers.answer(AUDITOR, bytes(fetch(tip, "done\n")), slow);
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    sending.await();

    answers.end();
    ended.countDown();
    fetch.join();

    assertThat(outcome.get()).hasCauseInstanceOf(IOException.class);
    assertThatThrownBy(() -> answers.answer(AUDITOR, bytes(fetch(tip, "done\n")), out))
        .hasMessage("the repository is being closed");
  }

  private FetchAnswers answers(Optional<GitProgram> git, MemoryShare memory) throws IOException {
    return new FetchAnswers(
        files,
        () -> tip,
        new TwoDeploys(),
        new KeptAnswers(folder.resolve("kept")),
        packs(),
        git.map(program -> new NativeUpload(program, bare, memory, Duration.ofSeconds(1))),
        memory);
  }

  private final class TwoDeploys implements FetchAnswers.MainLine {
    @Override
    public int length() {
      return 2;
    }

    @Override
    public OptionalInt below(CommitId commit) {
      int found = List.of(first, tip).indexOf(commit);
      return found < 0 ? OptionalInt.empty() : OptionalInt.of(found);
    }
  }

  private PackFolder packs() throws IOException {
    return new PackFolder(bare.resolve("objects/pack"));
  }

  private static String fetch(CommitId want, String... lines) {
    StringBuilder request = new StringBuilder(line("command=fetch") + "0001");
    request.append(line("no-progress")).append(line("want " + want + "\n"));
    for (String each : lines) {
      request.append(line(each));
    }
    return request.append("0000").toString();
  }

  private static byte[] bytes(String request) {
    return request.getBytes(StandardCharsets.UTF_8);
  }

  private static String line(String text) {
    return "%04x%s".formatted(text.length() + 4, text);
  }

  private String said() {
    String said = out.toString(StandardCharsets.ISO_8859_1);
    out.reset();
    return said;
  }
}
