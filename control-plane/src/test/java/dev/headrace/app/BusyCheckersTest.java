package dev.headrace.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.Api;
import dev.headrace.Children;
import dev.headrace.RunningHeadrace;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody sends more sources than are checked at once. */
class BusyCheckersTest {
  private static final int MOST_PER_PERSON = 16;
  private static final Map<String, String> REQUEST =
      Map.of("code", "from fastapi import FastAPI\napp = FastAPI()\n");

  @TempDir private Path data;

  @Test
  void whoSendsTooManyIsToldToTryAgainAndKeepsNobodyElseOut() throws Exception {
    try (RunningHeadrace headrace = RunningHeadrace.on(data);
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      Api ada = headrace.signUp("ada");
      Api grace = headrace.signUp("grace");
      validate(ada).ok();
      ExecutorCompletionService<Api.Answer> answers = new ExecutorCompletionService<>(clients);
      List<ProcessHandle> checkers = checkers();
      Future<Api.Answer> graces;
      try {
        checkers.forEach(checker -> Children.signal(checker, "STOP"));
        answers.submit(() -> validate(ada));
        answers.submit(() -> validate(ada));
        answers.poll(30, TimeUnit.SECONDS).get().ok();
        checkers = checkers();
        assertThat(checkers).as("the one that is stopped, and another").hasSize(2);
        checkers.forEach(checker -> Children.signal(checker, "STOP"));
        for (int i = 0; i < MOST_PER_PERSON; i++) {
          answers.submit(() -> validate(ada));
        }
        Api.Answer refused = answers.poll(30, TimeUnit.SECONDS).get().is(503);
        assertThat(refused.json().at("/detail/code").asString()).isEqualTo("BUSY");
        assertThat(refused.json().at("/detail/message").asString()).contains("Try again");
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
        graces = clients.submit(() -> validate(grace));
      } finally {
        checkers.forEach(checker -> Children.signal(checker, "CONT"));
      }

      graces.get().ok();
      for (int i = 0; i < MOST_PER_PERSON; i++) {
        answers.poll(30, TimeUnit.SECONDS).get().ok();
      }
    }
  }

  private static List<ProcessHandle> checkers() {
    return Children.running("headrace_runner/checker.py");
  }

  private static Api.Answer validate(Api api) {
    return api.post("/api/apps/validate", REQUEST);
  }
}
