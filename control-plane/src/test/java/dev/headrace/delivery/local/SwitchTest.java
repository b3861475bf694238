package dev.headrace.delivery.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.Api;
import dev.headrace.Author;
import dev.headrace.RunningHeadrace;
import dev.headrace.delivery.DeliveryEngine;
import dev.headrace.git.AppId;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A new version replaces the one before without anybody noticing. */
class SwitchTest {
  private static final int VISITORS = 4;
  private static final int DEPLOYS = 10;
  private static final String NUMBERED =
      """
      from fastapi import FastAPI, Request
      app = FastAPI()
      @app.get("/")
      def which():
          return {"version": %1$d}
      @app.post("/upload")
      async def upload(request: Request):
          size = 0
          async for part in request.stream():
              if part and not size:
                  print("the upload has begun")
              size += len(part)
          return {"version": %1$d, "size": size}
      """;

  @TempDir private static Path data;
  @AutoClose private static RunningHeadrace headrace;
  private static Author ada;

  @BeforeAll
  static void start() {
    headrace = RunningHeadrace.on(data, java.util.Map.of("headrace.start-limit", "3s"));
    ada = Author.signedUp(headrace, "ada");
  }

  @Test
  void visitorsSeeOnlyAnswersAndNeverAnOlderVersionAgain() throws Exception {
    String app = ada.live(NUMBERED.formatted(1));
    AtomicBoolean done = new AtomicBoolean();
    List<Future<List<Api.Answer>>> visits = new ArrayList<>();
    try (ExecutorService visitors = Executors.newFixedThreadPool(VISITORS)) {
      for (int i = 0; i < VISITORS; i++) {
        visits.add(visitors.submit(() -> visitUntil(done, ada.visitor(app))));
      }
      try {
        for (int version = 2; version <= 1 + DEPLOYS; version++) {
          assertThat(ada.deploy(app, NUMBERED.formatted(version))).isEqualTo(version);
          assertThat(ada.api().outcome(app, version).path("outcome").asString()).isEqualTo("live");
        }
      } finally {
        done.set(true);
      }
    }
    for (Future<List<Api.Answer>> visitor : visits) {
      List<Api.Answer> answers = visitor.get();
      assertThat(answers).hasSizeGreaterThan(DEPLOYS).allSatisfy(Api.Answer::ok);
      List<Integer> seen =
          answers.stream().map(answer -> answer.json().path("version").asInt()).toList();
      assertThat(seen).isSorted().allMatch(version -> version >= 1 && version <= 1 + DEPLOYS);
      assertThat(seen).last().isEqualTo(1 + DEPLOYS);
    }
  }

  @Test
  void anAppThatIsWokenManyTimesWhileItStartsStillStarts() {
    String app = ada.create(NUMBERED.formatted(1));
    for (int i = 0; i < 100; i++) {
      headrace.part(DeliveryEngine.class).wake(new AppId(app));
    }
    assertThat(ada.api().outcome(app, 1).path("outcome").asString()).isEqualTo("live");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.2", "::1"})
  void whoeverBindsToAnotherAddressGetsVerdictsThere(String address, @TempDir Path elsewhere) {
    try (RunningHeadrace bound =
        RunningHeadrace.on(elsewhere, java.util.Map.of("headrace.bind", address))) {
      Author grace = Author.signedUp(bound, "grace");
      assertThat(grace.live(NUMBERED.formatted(1))).isNotEmpty();
    }
  }

  @Test
  void aRequestUnderWayAtTheSwitchEndsWell() throws Exception {
    String app = ada.live(NUMBERED.formatted(1));
    byte[] half = "x".repeat(50_000).getBytes(StandardCharsets.US_ASCII);
    PipedInputStream body = new PipedInputStream(1 << 17);
    try (ExecutorService visitor = Executors.newSingleThreadExecutor()) {
      Future<Api.Answer> answer;
      try (PipedOutputStream upload = new PipedOutputStream(body)) {
        upload.write(half);
        upload.flush();
        answer =
            visitor.submit(() ->
                ada.visitor(app)
                    .send("POST", "/upload", HttpRequest.BodyPublishers.ofInputStream(() -> body)));
        ada.api()
            .eventually(
                "/api/apps/" + app + "/logs", logs -> logs.text().contains("the upload has begun"));
        ada.deploy(app, NUMBERED.formatted(2));
        ada.api().outcome(app, 2);
        assertThat(ada.visitor(app).get("/").ok().path("version").asInt()).isEqualTo(2);
        upload.write(half);
      }

      JsonNode received = answer.get().ok();

      assertThat(received.path("size").asInt()).isEqualTo(100_000);
      assertThat(received.path("version").asInt()).as("the one that took it").isEqualTo(1);
    }
  }

  @Test
  void aVersionThatNeverAnswersFailsAndTheOneBeforeServes() {
    String app = ada.live(NUMBERED.formatted(1));
    String waitsForEver =
        """
        from starlette.concurrency import anyio
        @app.on_event("startup")
        async def never():
            await anyio.sleep_forever()
        """;
    ada.deploy(app, NUMBERED.formatted(2) + waitsForEver);

    JsonNode failed = ada.api().outcome(app, 2);

    assertThat(failed.path("outcome").asString()).isEqualTo("failed");
    assertThat(failed.at("/failure/stage").asString()).isEqualTo("starting");
    assertThat(failed.at("/failure/cause").asString()).contains("within 3 seconds");
    assertThat(failed.at("/failure/next_step").asString()).contains("startup handlers");
    assertThat(ada.visitor(app).get("/").ok().path("version").asInt()).isEqualTo(1);
  }

  @Test
  void aVersionThatTakesTooMuchMemoryFailsAndSaysSo() {
    String app = ada.live(NUMBERED.formatted(1));
    ada.deploy(app, NUMBERED.formatted(2) + "\nhog = bytearray(1 << 30)\n");

    JsonNode failed = ada.api().outcome(app, 2);

    assertThat(failed.path("outcome").asString()).isEqualTo("failed");
    assertThat(failed.at("/failure/cause").asString()).contains("more memory than it may");
    assertThat(failed.at("/failure/next_step").asString()).isNotBlank();
    assertThat(ada.visitor(app).get("/").ok().path("version").asInt()).isEqualTo(1);
  }

  private static List<Api.Answer> visitUntil(AtomicBoolean done, Api visitor) {
    List<Api.Answer> answers = new ArrayList<>();
    while (!done.get()) {
      answers.add(visitor.get("/"));
    }
    answers.add(visitor.get("/"));
    return answers;
  }
}
