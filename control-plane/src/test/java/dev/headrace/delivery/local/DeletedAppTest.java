package dev.headrace.delivery.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.Author;
import dev.headrace.RunningHeadrace;
import dev.headrace.delivery.DeliveryEngine;
import dev.headrace.delivery.Deploy;
import dev.headrace.delivery.Deploys;
import dev.headrace.delivery.Outcome;
import dev.headrace.git.AppId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Apps that are deleted while they start. */
class DeletedAppTest {
  private static final String STARTS =
      """
      from fastapi import FastAPI
      app = FastAPI()
      """;
  private static final String STARTS_FOR_EVER =
      STARTS
          + """
          from starlette.concurrency import anyio
          print("begun")
          @app.on_event("startup")
          async def never():
              await anyio.sleep_forever()
          """;

  @TempDir private static Path data;
  @AutoClose private static RunningHeadrace headrace;
  private static Author ada;
  private static List<ProcessHandle> withoutApps;

  @BeforeAll
  static void start() {
    headrace = RunningHeadrace.on(data);
    ada = Author.signedUp(headrace, "ada");
    var _ = headrace.part(DeliveryEngine.class).caveat(); // answers when the runner is ready
    withoutApps = headrace.forkServer().descendants().toList();
  }

  @Test
  void anAppThatIsDeletedWhileItStartsEndsAndIsNeverLive() throws Exception {
    String app = ada.create(STARTS_FOR_EVER);
    ada.api().eventually("/api/apps/" + app + "/logs", logs -> logs.text().contains("begun"));
    assertThat(processes()).isNotEmpty();

    ada.api().delete("/api/apps/" + app).ok();

    until("its process has ended", () -> processes().isEmpty());
    assertThat(deploy(app).outcome()).isEqualTo(Outcome.SUPERSEDED);
    assertHasNoRoute(app);
  }

  @Test
  void anAppThatIsDeletedAtAnyMomentOfItsStartLeavesNothing() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 6; round++) {
      String app = ada.create(STARTS);
      waitUpTo(Duration.ofMillis(random.nextInt(150)));

      ada.api().delete("/api/apps/" + app).ok();

      until("the delete has arrived", () -> deploy(app).outcome() != Outcome.IN_PROGRESS);
      until("its process has ended", () -> processes().isEmpty());
      assertThat(headrace.part(DeliveryEngine.class).state(new AppId(app)))
          .isInstanceOf(DeliveryEngine.RuntimeState.Absent.class);
      assertHasNoRoute(app);
    }
  }

  private static void assertHasNoRoute(String app) {
    ada.visitor(app).get("/").is(404);
    headrace.anonymousAt(headrace.part(DeliveryEngine.class).url(new AppId(app))).get("/").is(404);
  }

  private static Deploy deploy(String app) {
    return headrace.part(Deploys.class).find(new AppId(app), 1).orElseThrow();
  }

  /** Of apps, whatever became of their parents. */
  private static List<ProcessHandle> processes() {
    return headrace
        .forkServer()
        .descendants()
        .filter(process -> !withoutApps.contains(process))
        .filter(ProcessHandle::isAlive)
        .toList();
  }

  private static void until(String what, BooleanSupplier condition) {
    Instant deadline = Instant.now().plusSeconds(30);
    while (!condition.getAsBoolean()) {
      assertThat(Instant.now()).as(what).isBefore(deadline);
      Thread.onSpinWait();
    }
  }

  /** A different moment each time is the point here, not that something has happened. */
  private static void waitUpTo(Duration time) throws InterruptedException {
    var _ = new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
  }
}
