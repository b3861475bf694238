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
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
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
    FetchAnswers answers = answers(tool, new MemoryShare(1_000));

    for (String whole : List.of(fetch(tip, "done\n"), fetch(tip, "have " + UNKNOWN, "done\n"))) {
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
    FetchAnswers answers = answers(tool, new MemoryShare(Long.MAX_VALUE));
    String blob = new StockGit(bare).git("rev-parse", "main:.headrace/layout").strip();

    for (String want : List.of(UNKNOWN, blob)) {
      assertThatThrownBy(
              () -> answers.answer(AUDITOR, bytes(fetch(new CommitId(want), "done\n")), out))
          .isInstanceOf(GitProtocol.Told.class);
      assertThat(said()).contains("ERR").doesNotContain("PACK");
    }
    var _ = answers.answer(AUDITOR, bytes(fetch(first, "done\n")), out);
    assertThat(said()).contains("PACK");
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
    FetchAnswers answers = answers(Upkeep.Tool.NATIVE_GIT, new MemoryShare(Long.MAX_VALUE));
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

  private FetchAnswers answers(Upkeep.Tool tool, MemoryShare memory) throws IOException {
    CommitLog log = new CommitLog(files, KEY);
    return new FetchAnswers(
        files,
        () -> tip,
        id -> log.read(id).isPresent(),
        new KeptAnswers(folder.resolve("kept")),
        new PackFolder(bare.resolve("objects/pack")),
        GitProgram.find(tool.path).map(git -> new NativeUpload(git, bare)),
        memory);
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
