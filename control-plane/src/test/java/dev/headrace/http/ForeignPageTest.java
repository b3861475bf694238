package dev.headrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.Api;
import dev.headrace.RunningHeadrace;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A page that the operator happens to visit must not reach the console through the browser. */
class ForeignPageTest {
  private static final String SIGNUP =
      "{\"username\":\"mallory\",\"email\":\"m@example.com\",\"password\":\"let me in\"}";

  @TempDir private static Path data;
  @AutoClose private static RunningHeadrace headrace;

  @BeforeAll
  static void start() {
    headrace = RunningHeadrace.on(data);
  }

  @Test
  void aPageOfAnotherOriginIsRefused() throws IOException {
    assertThat(signUp("localhost", "Origin: https://evil.example")).contains(" 403 ");
    assertThat(signUp("localhost", "Origin: http://app-abcdefgh.localhost:8001")).contains(" 403 ");
    assertThat(accounts()).isFalse();
  }

  @Test
  void aNameThatOnlyResolvesToThisMachineIsRefused() throws IOException {
    assertThat(signUp("evil.example", "X-Nothing: x")).contains(" 421 ");
    assertThat(accounts()).isFalse();
  }

  @Test
  void aPageOfThisMachineMayAsk() {
    Api page = headrace.anonymous().with("Origin", "http://localhost:5173");

    assertThat(
            page.get("/api/templates").is(401).headers().firstValue("Access-Control-Allow-Origin"))
        .contains("http://localhost:5173");
  }

  private static boolean accounts() {
    return headrace
            .anonymous()
            .send(
                "POST",
                "/api/auth/login",
                Optional.of("{\"username\":\"mallory\",\"password\":\"let me in\"}"))
            .status()
        == 200;
  }

  /** The status line of a request that a browser would not let a script of this test write. */
  private static String signUp(String host, String header) throws IOException {
    URI console = URI.create(headrace.url());
    String request =
        "POST /api/auth/signup HTTP/1.1\r\nHost: %s\r\n%s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
            .formatted(host, header, SIGNUP.length(), SIGNUP);
    try (Socket socket = new Socket(console.getHost(), console.getPort());
        InputStream answer = socket.getInputStream()) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      return new String(answer.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .findFirst()
          .orElse("");
    }
  }
}
