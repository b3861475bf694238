package dev.headrace.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptAnswersTest {
  private static final ObjectId TIP = ObjectId.fromString("1".repeat(40));
  private static final ObjectId NEWER = ObjectId.fromString("2".repeat(40));

  @TempDir private Path folder;
  private final AtomicInteger made = new AtomicInteger();
  private KeptAnswers kept;

  @BeforeEach
  void open() throws IOException {
    kept = new KeptAnswers(folder);
  }

  @Test
  void anAnswerIsMadeOnceWhileOthersWaitForIt() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    List<Future<String>> answers = new ArrayList<>();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 20; i++) {
        answers.add(
            callers.submit(() ->
                answer(
                    TIP,
                    "x",
                    out -> {
                      made.incrementAndGet();
                      asked.countDown();
                      await(goOn);
                      out.write('a');
                    })));
      }
      await(asked);
      goOn.countDown();
      for (Future<String> each : answers) {
        assertThat(each.get(60, TimeUnit.SECONDS)).isEqualTo("a");
      }
    }
    assertThat(made).hasValue(1);
    assertThat(answer(TIP, "x", this::count)).isEqualTo("a");
    assertThat(made).hasValue(1);
  }

  @Test
  void onlyTheNewestFewAreKept() throws IOException {
    for (int i = 0; i < KeptAnswers.MOST + 3; i++) {
      var _ = answer(TIP, "question " + i, this::count);
    }
    assertThat(files()).isEqualTo(KeptAnswers.MOST);
    int before = made.get();
    var _ = answer(TIP, "question 3", this::count);
    assertThat(made).as("kept").hasValue(before);
    var _ = answer(TIP, "question 2", this::count);
    assertThat(made).as("dropped").hasValue(before + 1);
    var _ = answer(NEWER, "question 2", this::count);
    assertThat(made).as("of another commit").hasValue(before + 2);
  }

  @Test
  void whatCouldNotBeMadeIsNotKeptAndIsTriedAgain() throws IOException {
    Optional<InputStream> none =
        kept.open(
            question(TIP, "x"),
            _ -> {
              throw new IOException("no space left on device");
            });

    assertThat(none).isEmpty();
    assertThat(files()).isZero();
    assertThat(answer(TIP, "x", this::count)).isEqualTo("counted");
  }

  @Test
  void anAnswerThatIsGoneIsMadeAgainForTheNext() throws IOException {
    var _ = answer(TIP, "x", this::count);
    new KeptAnswers(folder); // removes what is in its folder

    assertThat(kept.open(question(TIP, "x"), this::count)).isEmpty();
    assertThat(answer(TIP, "x", this::count)).isEqualTo("counted");
    assertThat(made).hasValue(2);
  }

  private void count(java.io.OutputStream out) throws IOException {
    made.incrementAndGet();
    out.write("counted".getBytes(StandardCharsets.UTF_8));
  }

  private String answer(ObjectId about, String question, KeptAnswers.Making making)
      throws IOException {
    try (InputStream in = kept.open(question(about, question), making).orElseThrow()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static KeptAnswers.Question question(ObjectId about, String question) {
    return new KeptAnswers.Question(about, question);
  }

  private long files() throws IOException {
    try (var files = Files.list(folder)) {
      return files.count();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
