package dev.headrace.delivery.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.headrace.Author;
import dev.headrace.RunningHeadrace;
import dev.headrace.delivery.DeliveryEngine;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What an app that means harm finds: nothing. */
class IsolationTest {
  private static final String SPY =
      """
      import os
      import bson
      import pymongo
      from pathlib import Path
      from fastapi import FastAPI
      from http.client import socket
      app = FastAPI()
      secret = "%s"
      def text(file):
          return getattr(file, "read_" + "text")(errors="replace")
      @app.get("/look")
      def look(path: str):
          try:
              there = Path(path)
              return {"got": os.listdir(path) if there.is_dir() else text(there)[:300]}
          except OSError as refused:
              return {"refused": type(refused).__name__}
      @app.get("/processes")
      def processes():
          found = []
          for pid in filter(str.isdigit, os.listdir("/proc")):
              try:
                  found.append(text(Path("/proc", pid, "cmdline")))
              except OSError:
                  pass
          return found
      @app.get("/process/{pid}")
      def process(pid: int):
          try:
              os.getpgid(pid)
              return {"got": pid}
          except OSError as refused:
              return {"refused": type(refused).__name__}
      @app.get("/mongo/{port}")
      def mongo(port: int):
          try:
              client = pymongo.MongoClient("127.0.0.1", port, serverSelectionTimeoutMS=3000)
              return {"got": [str(user) for user in client.headrace.users.find()]}
          except Exception as refused:
              return {"refused": str(refused)}
      @app.get("/message/{port}")
      def message(port: int):
          body = bytes(4) + b"\\0" + bson.encode({"find": "users", "$db": "headrace"})
          head = [len(body) + 16, 1, 0, 2013]
          with socket.create_connection(("127.0.0.1", port), 5) as server:
              server.sendall(b"".join(n.to_bytes(4, "little") for n in head) + body)
              answer = server.recv(1 << 16)
          return {"answer": str(bson.decode(answer[21:]))}
      """;

  @TempDir private static Path data;
  @AutoClose private static RunningHeadrace headrace;
  private static Author ada;
  private static String spy;

  @BeforeAll
  static void start() {
    headrace = RunningHeadrace.on(data);
    String missing = headrace.part(DeliveryEngine.class).caveat().orElse("");
    assumeTrue(missing.isEmpty(), "apps are not isolated on this machine: " + missing);
    ada = Author.signedUp(headrace, "ada");
    spy = ada.live(SPY.formatted("mine"));
  }

  @Test
  void itSeesItsOwnCode() {
    assertThat(look("/code/main.py").path("got").asString()).startsWith("import os");
  }

  @Test
  void thePlatformsDataIsNotThere() {
    for (String path :
        List.of(
            "",
            "/platform.git",
            "/platform.git/HEAD",
            "/keys",
            "/keys/signing",
            "/keys/tokens.key",
            "/mongo",
            "/mongo/store.mv")) {
      assertThat(look(data + path).path("refused").asString())
          .as(path)
          .isEqualTo("FileNotFoundError");
    }
    assertThat(data.resolve("keys/signing")).as("though the platform has it").exists();
    assertThat(data.resolve("mongo/store.mv")).exists();
  }

  @Test
  void homesAreNotThere() {
    Path home = Path.of(System.getProperty("user.home"));
    for (String name : List.of(".m2", ".ssh", ".bash_history", ".gitconfig")) {
      assertThat(look(home.resolve(name).toString()).path("refused").asString())
          .as(name)
          .isEqualTo("FileNotFoundError");
    }
    assertThat(look("/home").path("refused").asString()).isEqualTo("FileNotFoundError");
  }

  @Test
  void otherAppsFilesAreNotThere() {
    ada.live(SPY.formatted("of another app"));

    assertThat(look("/code").path("got").valueStream().map(JsonNode::asString))
        .containsExactly("main.py");
    assertThat(look("/code/main.py").path("got").asString()).doesNotContain("of another app");
    assertThat(look("/proc/1/root/code/main.py").path("got").asString(""))
        .doesNotContain("of another app");
  }

  @Test
  void otherProcessesAreNotThere() {
    String processes = ada.visitor(spy).get("/processes").ok().toString();
    long platform = ProcessHandle.current().pid();

    assertThat(processes).doesNotContain("java").doesNotContain("pytest");
    assertThat(look("/proc/" + platform + "/environ").path("refused").asString())
        .isEqualTo("FileNotFoundError");
    assertThat(ada.visitor(spy).get("/process/" + platform).ok().path("refused").asString())
        .isEqualTo("ProcessLookupError");
  }

  @Test
  void thePlatformsDatabaseRefusesIt() {
    List<Integer> ports =
        Listening.ofThisProcess().stream()
            .filter(port -> port != headrace.appsPort())
            .filter(port -> !headrace.url().endsWith(":" + port))
            .toList();
    assertThat(ports).as("the database's port").isNotEmpty();

    for (int port : ports) {
      assertThat(ada.visitor(spy).get("/mongo/" + port).ok().path("refused").asString())
          .as("by pymongo")
          .contains("this server belongs to another process");
      assertThat(ada.visitor(spy).get("/message/" + port).ok().path("answer").asString())
          .as("by hand")
          .contains("this server belongs to another process")
          .doesNotContain("username");
    }
  }

  @Test
  void aForkBombEndsAndTakesNothingWithIt() {
    long before = processes();

    String bomb =
        ada.create(
            """
            import operator
            import os
            from fastapi import FastAPI
            app = FastAPI()
            split = operator.methodcaller("fo" + "rk")
            while True:
                split(os)
            """);
    JsonNode deploy = ada.api().outcome(bomb, 1);

    assertThat(deploy.path("outcome").asString()).isEqualTo("failed");
    assertThat(deploy.at("/failure/cause").asString())
        .as("whichever limit it meets first")
        .containsAnyOf("BlockingIOError", "more memory than it may");
    ada.visitor(spy).get("/processes").ok();
    ada.api().delete("/api/apps/" + bomb).ok();
    Instant deadline = Instant.now().plus(Duration.ofSeconds(30));
    while (processes() > before) {
      assertThat(Instant.now()).as("processes left over: %d", processes()).isBefore(deadline);
      Thread.onSpinWait();
    }
  }

  private static long processes() {
    return headrace.forkServer().descendants().count();
  }

  private static JsonNode look(String path) {
    return ada.visitor(spy)
        .get("/look?path=" + URLEncoder.encode(path, StandardCharsets.UTF_8))
        .ok();
  }
}
