package dev.headrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.RunningHeadrace;
import dev.headrace.Wire;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.catalina.connector.Connector;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.tomcat.TomcatWebServer;

/** Connections end by the proxy in front: what it sends into one that just closes may be lost. */
class KeptConnectionsTest {
  private static final int TRAEFIKS_SECONDS = 90;
  private static final int MANY = 300;
  private static final Pattern SECONDS = Pattern.compile("(?i)\r\nkeep-alive: timeout=(\\d+)\r\n");

  @TempDir private static Path data;
  @AutoClose private static RunningHeadrace headrace;

  @BeforeAll
  static void start() {
    headrace = RunningHeadrace.on(data);
  }

  @Test
  void anIdleConnectionIsKeptForLongerThanTraefikKeepsIt() {
    Matcher kept = SECONDS.matcher(answers(request("keep-alive"), request("close")));

    assertThat(kept.find()).isTrue();
    assertThat(Integer.parseInt(kept.group(1))).isGreaterThan(TRAEFIKS_SECONDS);
  }

  /** Of which proxies keep some: those that were not needed any more once they were there. */
  @Test
  void soIsAConnectionThatHadNoRequestYet() {
    Connector connector = ((TomcatWebServer) headrace.webServer()).getTomcat().getConnector();

    assertThat((Integer) connector.getProperty("connectionTimeout"))
        .isGreaterThan(TRAEFIKS_SECONDS * 1000);
  }

  @Test
  void aConnectionIsKeptHoweverManyRequestsItHad() {
    Stream<String> many = IntStream.range(0, MANY).mapToObj(i -> request("keep-alive"));

    String answers =
        answers(Stream.concat(many, Stream.of(request("close"))).toArray(String[]::new));

    assertThat(answers.split("HTTP/1.1 200", -1)).hasSize(1 + MANY + 1);
  }

  private static String answers(String... requests) {
    return Wire.say(headrace.webServer().getPort(), String.join("\r\n\r\n", requests));
  }

  private static String request(String connection) {
    return "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: " + connection;
  }
}
