package dev.headrace.delivery.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.Author;
import dev.headrace.RunningHeadrace;
import dev.headrace.Wire;
import dev.headrace.delivery.DeliveryEngine;
import dev.headrace.git.AppId;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The way of a request from the apps' port to the app and back. */
class ProxyTest {
  private static final int MEGABYTES_5 = 5 * 1024 * 1024;
  private static final String APP =
      """
      import hashlib
      from fastapi import FastAPI, Request, WebSocket
      from fastapi.responses import Response, StreamingResponse
      from starlette.concurrency import anyio
      app = FastAPI()
      tell, steps = anyio.create_memory_object_stream(10)
      @app.get("/")
      def seen(request: Request):
          return {"path": request.url.path, "root": request.scope["root_path"],
                  "query": request.url.query, "headers": dict(request.headers)}
      @app.get("/deep/{rest:path}")
      def deep(rest: str):
          return {"rest": rest}
      @app.websocket("/echo")
      async def echo(socket: WebSocket):
          await socket.accept()
          while True:
              await socket.send_text("you said " + await socket.receive_text())
      @app.get("/stream")
      async def stream():
          async def parts():
              while (step := await steps.receive()) != "end":
                  yield step + "\\n"
          return StreamingResponse(parts(), media_type="text/plain")
      @app.post("/step/{name}")
      async def step(name: str):
          await tell.send(name)
      @app.post("/digest")
      async def digest(request: Request):
          return {"sha256": hashlib.sha256(await request.body()).hexdigest()}
      @app.post("/same")
      async def same(request: Request):
          return Response(await request.body(), media_type="application/octet-stream")
      """;

  @TempDir private static Path data;
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  @AutoClose private static RunningHeadrace headrace;
  private static Author ada;
  private static String app;

  @BeforeAll
  static void start() {
    headrace = RunningHeadrace.on(data);
    ada = Author.signedUp(headrace, "ada");
    app = ada.live(APP);
  }

  @Test
  void byPathTheAppSeesItsOwnPathsBelowItsRoot() {
    var seen = ada.visitor(app).get("/?a=1&b=%2F").ok();

    assertThat(seen.path("root").asString()).isEqualTo(ada.path(app));
    assertThat(seen.path("query").asString()).isEqualTo("a=1&b=%2F");
    assertThat(ada.visitor(app).get("/deep/a%2Fb/c").ok().path("rest").asString())
        .isEqualTo("a/b/c");
  }

  @Test
  void byPathTheDocumentationFindsItsSchema() {
    String page = ada.visitor(app).get("/docs").is(200).text();
    Matcher link = Pattern.compile("url: '([^']+)'").matcher(page);
    assertThat(link.find()).as(page).isTrue();
    URI schema = URI.create(ada.path(app) + "/docs").resolve(link.group(1));

    assertThat(
            headrace
                .anonymousAt(headrace.appsUrl())
                .get(schema.toString())
                .ok()
                .path("paths")
                .propertyNames())
        .contains("/digest", "/deep/{rest}");
  }

  @Test
  void byPathWithoutTheLastSlashItRedirectsThere() {
    var answer =
        headrace.anonymousAt(headrace.appsUrl()).get(ada.path(app) + "?q=1").is(308).headers();

    assertThat(answer.firstValue("Location")).hasValue(ada.path(app) + "/?q=1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"app-%s.localhost", "app-%s.localhost:8001", "APP-%S.LOCALHOST"})
  void byHostTheAppHasNoPrefix(String host) {
    String answer = visit(host.formatted(app));

    assertThat(answer).startsWith("HTTP/1.1 200").contains("\"root\":\"\"", "\"path\":\"/\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "app-%s.evil.example",
        "app-%s.localhost.evil.example",
        "app-%s",
        "evil.app-%s.localhost",
        "app-%sx.localhost",
        "app-../../..localhost",
        "localhost",
      })
  void noOtherHostNameLeadsToAnApp(String host) {
    assertThat(visit(host.formatted(app))).startsWith("HTTP/1.1 404");
  }

  @Test
  void byPathNoOtherHostNameLeadsToAnApp() throws Exception {
    String request = "GET %s/ HTTP/1.1".formatted(ada.path(app));

    assertThat(Wire.say(headrace.appsPort(), request, "Host: localhost", "Connection: close"))
        .startsWith("HTTP/1.1 200");
    assertThat(Wire.say(headrace.appsPort(), request, "Host: evil.example", "Connection: close"))
        .startsWith("HTTP/1.1 404");
  }

  @Test
  void aRequestWithoutAHostLeadsToNoApp() {
    assertThat(Wire.say(headrace.appsPort(), "GET / HTTP/1.1", "Connection: close"))
        .startsWith("HTTP/1.1 4");
    assertThat(Wire.say(headrace.appsPort(), "GET / HTTP/1.0")).contains(" 404 ");
  }

  @Test
  void anAppIsOnlyBelowItsOwnOwner() {
    String other = Author.signedUp(headrace, "other").userId();
    var apps = headrace.anonymousAt(headrace.appsUrl());

    apps.get("/user/%s/app/%s/".formatted(other, app)).is(404);
    apps.get("/user/%s/app/zzzzzzzz/".formatted(ada.userId())).is(404);
    apps.get("/").is(404);
    apps.get("/user/" + ada.userId() + "/app/../app/" + app + "/").is(404);
    assertThat(visit("app-zzzzzzzz.localhost")).startsWith("HTTP/1.1 404");
  }

  @Test
  void aPrefixThatAVisitorClaimsIsNotPassedOn() {
    String byHost =
        Wire.say(
            headrace.appsPort(),
            "GET / HTTP/1.1",
            "Host: app-" + app + ".localhost",
            "X-Forwarded-Prefix: /evil",
            "Connection: close");
    assertThat(byHost).startsWith("HTTP/1.1 200").doesNotContain("evil");
    assertThat(ada.visitor(app).with("X-Forwarded-Prefix", "/evil").get("/").text())
        .doesNotContain("evil");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
        "Content-Length: 4\r\nContent-Length: 5",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Content-Length: -1",
        "Content-Length: 4x",
      })
  void aRequestOfUnclearLengthIsRefusedAndTheConnectionClosed(String lengths) {
    String request =
        "POST /digest HTTP/1.1\r\nHost: app-%s.localhost\r\n%s\r\n\r\n0\r\n\r\nGET /deep/smuggled HTTP/1.1\r\nHost: app-%s.localhost\r\n\r\n"
            .formatted(app, lengths, app);

    String answer = Wire.say(headrace.appsPort(), request.getBytes(StandardCharsets.ISO_8859_1));

    assertThat(answer).doesNotContain("smuggled").doesNotContain("200 OK");
  }

  @Test
  void aWebSocketIsPassedByPath() throws Exception {
    talk(headrace.appsUrl() + ada.path(app));
  }

  @Test
  void aWebSocketIsPassedByHost() throws Exception {
    talk(headrace.part(DeliveryEngine.class).url(new AppId(app)));
  }

  private static void talk(String address) throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    WebSocket socket =
        HTTP.newWebSocketBuilder()
            .buildAsync(
                URI.create(address.replaceFirst("^http", "ws") + "/echo"),
                new WebSocket.Listener() {
                  @Override
                  public CompletionStage<?> onText(WebSocket by, CharSequence text, boolean last) {
                    heard.add(text.toString());
                    by.request(1);
                    return CompletableFuture.completedFuture(null);
                  }
                })
            .get(10, TimeUnit.SECONDS);
    for (String word : new String[] {"one", "two", "three"}) {
      socket.sendText(word, true).get(10, TimeUnit.SECONDS);
      assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("you said " + word);
    }
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);
  }

  @Test
  void aStreamArrivesPartByPart() throws Exception {
    CompletableFuture<HttpResponse<InputStream>> answer =
        HTTP.sendAsync(
            HttpRequest.newBuilder(URI.create(headrace.appsUrl() + ada.path(app) + "/stream"))
                .build(),
            HttpResponse.BodyHandlers.ofInputStream());
    ada.visitor(app).post("/step/first", "").is(200);
    try (var lines =
        new BufferedReader(
            new InputStreamReader(
                answer.get(10, TimeUnit.SECONDS).body(), StandardCharsets.UTF_8))) {
      assertThat(lines.readLine()).isEqualTo("first");
      for (String step : new String[] {"second", "third"}) {
        ada.visitor(app).post("/step/" + step, "").is(200);
        assertThat(lines.readLine()).isEqualTo(step);
      }
      ada.visitor(app).post("/step/end", "").is(200);
      assertThat(lines.readLine()).isNull();
    }
  }

  @Test
  void fiveMegabytesGoThereAndBackUnchanged() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    byte[] bytes = new byte[MEGABYTES_5];
    new Random(seed).nextBytes(bytes);

    HttpResponse<byte[]> back =
        HTTP.send(
            HttpRequest.newBuilder(URI.create(headrace.appsUrl() + ada.path(app) + "/same"))
                .POST(HttpRequest.BodyPublishers.ofByteArray(bytes))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());

    assertThat(back.statusCode()).isEqualTo(200);
    assertThat(back.body()).isEqualTo(bytes);
  }

  @Test
  void theConsoleSendsVisitorsToTheAppsPort() {
    var answer = headrace.anonymous().get(ada.path(app) + "/deep/x?q=1").is(308);

    assertThat(answer.headers().firstValue("Location"))
        .hasValue(headrace.appsUrl() + ada.path(app) + "/deep/x?q=1");
    headrace.anonymous().send("POST", ada.path(app), java.util.Optional.of("{}")).is(308);
  }

  private static String visit(String host) {
    return Wire.say(headrace.appsPort(), "GET / HTTP/1.1", "Host: " + host, "Connection: close");
  }
}
