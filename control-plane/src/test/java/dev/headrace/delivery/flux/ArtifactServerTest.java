package dev.headrace.delivery.flux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.git.Archive;
import dev.headrace.git.TreeId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ArtifactServerTest {
  private static final TreeId TREE = new TreeId("ab".repeat(20));
  private static final String PATH = "/artifacts/v1/" + TREE.sha() + ".tar.gz";
  private static final byte[] BYTES = "an archive".getBytes(StandardCharsets.UTF_8);
  private static final String TAG = "\"" + "5".repeat(64) + "\"";

  @SuppressWarnings("NullAway.Init")
  private static ArtifactServer server;

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @BeforeAll
  static void start() throws IOException {
    server =
        new ArtifactServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            tree ->
                tree.equals(TREE)
                    ? Optional.of(new Archive(BYTES, "5".repeat(64)))
                    : Optional.empty());
  }

  @AfterAll
  static void stop() {
    server.close();
    HTTP.close();
  }

  @Test
  void aTreeIsServedAsItsArchive() throws Exception {
    HttpResponse<byte[]> answer = ask("GET", PATH, Optional.empty());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(BYTES);
    assertThat(answer.headers().firstValue("ETag")).contains(TAG);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/gzip");
  }

  @Test
  void whoHasItAlreadyGetsNothing() throws Exception {
    HttpResponse<byte[]> answer = ask("GET", PATH, Optional.of(TAG));
    assertThat(answer.statusCode()).isEqualTo(304);
    assertThat(answer.body()).isEmpty();
    assertThat(answer.headers().firstValue("ETag")).contains(TAG);
    assertThat(ask("GET", PATH, Optional.of("\"other\"")).statusCode()).isEqualTo(200);
  }

  @Test
  void itsSizeIsToldWithoutIt() throws Exception {
    HttpResponse<byte[]> answer = ask("HEAD", PATH, Optional.empty());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
    assertThat(answer.headers().firstValueAsLong("Content-Length")).hasValue(BYTES.length);
    assertThat(answer.headers().firstValue("ETag")).contains(TAG);
  }

  @Test
  void nothingElseIsServed() throws Exception {
    for (String path :
        new String[] {
          "/",
          "/artifacts/v1/" + "cd".repeat(20) + ".tar.gz",
          "/artifacts/v2/" + TREE.sha() + ".tar.gz",
          "/artifacts/v1/" + TREE.sha(),
          "/artifacts/v1/../v1/" + TREE.sha() + ".tar.gz",
          PATH + "/",
          PATH.replace("ab", "AB"),
          "/artifacts/v1/" + TREE.sha().substring(1) + ".tar.gz"
        }) {
      assertThat(ask("GET", path, Optional.empty()).statusCode()).as(path).isEqualTo(404);
    }
  }

  @Test
  void nothingCanBeWritten() throws Exception {
    for (String method : new String[] {"POST", "PUT", "DELETE"}) {
      assertThat(ask(method, PATH, Optional.empty()).statusCode()).as(method).isEqualTo(405);
    }
  }

  private static HttpResponse<byte[]> ask(String method, String path, Optional<String> tag)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    tag.ifPresent(known -> request.header("If-None-Match", known));
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }
}
