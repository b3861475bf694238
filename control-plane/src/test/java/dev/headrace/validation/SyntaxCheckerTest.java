package dev.headrace.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headrace.Children;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** The pool of real CPython checkers, whose children die, hang and are too few. */
class SyntaxCheckerTest {
  private static final Path RUNNER = Path.of("../runner").toAbsolutePath().normalize();
  private static final Path REAL = RUNNER.resolve("headrace_runner/checker.py");
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final long MEMORY_BYTES = 512L << 20;
  private static final Source INNOCENT =
      new Source.Single("from fastapi import FastAPI\napp = FastAPI()\n");
  private static final Verdict ACCEPTED = new Verdict.Accepted("fastapi");

  @TempDir private Path folder;

  @Test
  void childrenThatAreKilledAreReplacedAndTheNextSourceIsNotRefused() throws Exception {
    try (SyntaxChecker checker = checker(REAL, LONG)) {
      check(checker, INNOCENT);
      check(checker, INNOCENT);
      List<ProcessHandle> killed = Children.running(REAL.toString());
      assertThat(killed).as("one after the other needs one child").hasSize(1);
      killed.forEach(ProcessHandle::destroyForcibly);

      assertThat(check(checker, INNOCENT)).isEqualTo(ACCEPTED);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{\"id\": \"1\", \"val"})
  void aSourceIsNotRefusedWhenTheChildThatReadsItIsKilled(String saidBefore) throws Exception {
    Path once = onceThenReal("print(%s, end='', flush=True); os.kill(os.getpid(), 9)", saidBefore);
    try (SyntaxChecker checker = checker(once, LONG)) {
      assertThat(check(checker, INNOCENT)).isEqualTo(ACCEPTED);
    }
  }

  @Test
  void aSourceThatKillsEachChildThatReadsItIsRefused() throws Exception {
    Path always = script("import os, sys\nsys.stdin.readline()\nos.kill(os.getpid(), 9)\n");
    try (SyntaxChecker checker = checker(always, LONG)) {
      assertThat(refused(checker, INNOCENT).message()).contains("too much memory");
    }
  }

  @Test
  void aChildThatHangsIsEndedAndTheNextSourceIsChecked() throws Exception {
    Path once = onceThenReal("signal.pause() # %s", "");
    try (SyntaxChecker checker = checker(once, Duration.ofSeconds(2))) {
      assertThat(refused(checker, INNOCENT).message()).contains("more than 2 seconds");
      assertThat(Children.running(once.toString())).isEmpty();

      assertThat(check(checker, INNOCENT)).isEqualTo(ACCEPTED);
    }
  }

  static List<String> tooMuch() {
    return List.of(
        "(".repeat(90_000),
        "[".repeat(90_000) + "]".repeat(9_000),
        "x = " + "-".repeat(90_000) + "1",
        "x = y" + ".a".repeat(45_000),
        "x = " + "lambda: ".repeat(10_000) + "1",
        "x = " + "1 if 1 else ".repeat(8_000) + "1",
        "x = " + "f(".repeat(30_000) + ")".repeat(30_000));
  }

  @ParameterizedTest
  @MethodSource("tooMuch")
  void whatIsNestedTooDeeplyIsRefusedAndTheNextSourceIsChecked(String nested) throws Exception {
    try (SyntaxChecker checker = checker(REAL, LONG)) {
      Source source = new Source.Single("from fastapi import FastAPI\napp = FastAPI()\n" + nested);

      assertThat(refused(checker, source).message()).startsWith("Syntax error");

      assertThat(check(checker, INNOCENT)).isEqualTo(ACCEPTED);
    }
  }

  @Test
  void noChildTakesMoreMemoryThanItMay() throws Exception {
    try (SyntaxChecker checker = checker(REAL, LONG)) {
      check(checker, INNOCENT);
      for (ProcessHandle child : Children.running(REAL.toString())) {
        assertThat(Files.readAllLines(Path.of("/proc/%d/limits".formatted(child.pid()))))
            .anyMatch(
                line -> line.matches("Max address space +%1$d +%1$d .*".formatted(MEMORY_BYTES)));
      }
    }
  }

  @Test
  void sourcesThatAreCheckedAtOnceEachGetTheirOwnVerdict() throws Exception {
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
        SyntaxChecker checker = checker(REAL, LONG)) {
      List<Future<Verdict>> verdicts = new ArrayList<>();
      for (int line = 1; line <= 20; line++) {
        Source wrongThere = new Source.Single("\n".repeat(line - 1) + "def\n");
        String caller = "caller " + line % 2;
        verdicts.add(callers.submit(() -> checker.check(wrongThere, caller)));
      }
      for (int line = 1; line <= 20; line++) {
        Verdict.Refused refused = (Verdict.Refused) verdicts.get(line - 1).get();
        assertThat(refused.line()).hasValue(line);
      }
    }
  }

  @Test
  void whoIsOneTooManyIsRejectedAtOnceAndClosingRejectsTheRestAndEndsTheChildren()
      throws Exception {
    Path silent = script("import signal\nsignal.pause()\n");
    SyntaxChecker checker = checker(silent, Duration.ofSeconds(40));
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      ExecutorCompletionService<Verdict> answers = new ExecutorCompletionService<>(callers);
      for (int i = 0; i <= SyntaxChecker.MOST_AT_ONCE; i++) {
        String caller = "caller " + i;
        answers.submit(() -> checker.check(INNOCENT, caller));
      }

      assertThatRejected(answers.poll(30, TimeUnit.SECONDS), "too many sources wait");
      assertThat(answers.poll()).isNull();

      List<ProcessHandle> children = Children.running(silent.toString());
      assertThat(children).hasSize(2);
      checker.close();
      for (int i = 0; i < SyntaxChecker.MOST_AT_ONCE; i++) {
        assertThatRejected(answers.poll(30, TimeUnit.SECONDS), "no more sources");
      }
      for (ProcessHandle child : children) {
        child.onExit().get(30, TimeUnit.SECONDS);
      }
    }
  }

  private static void assertThatRejected(Future<Verdict> answer, String why) {
    assertThatThrownBy(() -> Objects.requireNonNull(answer, "nobody was answered").get())
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(RejectedExecutionException.class)
        .hasMessageContaining(why);
  }

  private static Verdict check(SyntaxChecker checker, Source source) throws InterruptedException {
    return checker.check(source, "ada");
  }

  private static Verdict.Refused refused(SyntaxChecker checker, Source source)
      throws InterruptedException {
    return (Verdict.Refused) check(checker, source);
  }

  private static SyntaxChecker checker(Path script, Duration limit) {
    return new SyntaxChecker(RUNNER.resolve(".venv/bin/python"), script, new JsonMapper(), limit);
  }

  /** A checker that does this with its first source, and from the next start on what it should. */
  private Path onceThenReal(String fault, String text) throws IOException {
    return script(
        """
        import os, pathlib, runpy, signal, sys
        if not os.path.exists(%1$s):
            sys.stdin.readline()
            pathlib.Path(%1$s).touch()
            %2$s
        runpy.run_path(%3$s, run_name="__main__")
        """
            .formatted(
                quoted(folder.resolve("happened").toString()),
                fault.formatted(quoted(text)),
                quoted(REAL.toString())));
  }

  private Path script(String text) throws IOException {
    return Files.writeString(folder.resolve("checker.py"), text);
  }

  private static String quoted(String text) {
    return new JsonMapper().writeValueAsString(text);
  }
}
