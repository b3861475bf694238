package dev.headrace.gitserver;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.headrace.git.PlatformRepository;
import dev.headrace.identity.Caller;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** What auditors and source-controller fetch, and who fetches nothing. */
class FetchTest {
  private static final String UPLOAD = "application/x-git-upload-pack-request";

  @TempDir private static Path data;
  @TempDir private Path folder;
  @AutoClose private static GitHost host;
  private static String auditor;
  private static String app;
  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeAll
  static void start() {
    host = new GitHost(data);
    auditor = host.secret("auditor");
    app = host.twoVersions();
  }

  @Test
  void aCloneIsTheWholeHistoryAndItsSignaturesVerify() throws Exception {
    GitClient clone = GitClient.cloneOf(host.url(auditor), folder.resolve("clone"));

    assertThat(clone.git("rev-parse", "HEAD")).isEqualTo(head());
    assertThat(clone.git("branch", "--show-current")).isEqualTo("main");
    assertThat(clone.read(app, "src/main.py")).isEqualTo(GitHost.hello("two"));
    assertThat(clone.git("log", "--format=%s", "--grep=^App: " + app + "$"))
        .isEqualTo("Deploy app v2\nDeploy app v1");
    Path signers = folder.resolve("allowed_signers");
    Files.writeString(signers, clone.git("show", "main:.headrace/allowed_signers") + "\n");
    clone.git("-c", "gpg.ssh.allowedSignersFile=" + signers, "verify-commit", "HEAD");
    assertThat(clone.git("fsck", "--strict")).isEmpty();
  }

  @Test
  void aCloneIsBroughtUpToDateInBothDialects() {
    GitClient clone = GitClient.cloneOf(host.url(auditor), folder.resolve("clone"));
    for (String version : List.of("0", "1", "2")) {
      String more = host.ada().live(GitHost.hello("more"));

      clone.git("-c", "protocol.version=" + version, "pull", "-q");

      assertThat(clone.read(more, "src/main.py")).isEqualTo(GitHost.hello("more"));
      assertThat(clone.git("rev-parse", "HEAD")).isEqualTo(head());
    }
    assertThat(clone.git("fsck", "--strict")).isEmpty();
  }

  @Test
  void aShallowCloneIsPutTogetherOnceForAll() throws Exception {
    for (String version : List.of("0", "2")) {
      GitClient one = shallow(version, "one" + version);
      List<Object> files = kept();
      GitClient two = shallow(version, "two" + version);

      assertThat(kept()).as("made by the first, streamed to the second").isEqualTo(files);
      for (GitClient clone : List.of(one, two)) {
        assertThat(clone.git("rev-list", "HEAD")).isEqualTo(head());
        assertThat(clone.read(app, "src/main.py")).isEqualTo(GitHost.hello("two"));
        assertThat(clone.git("fsck", "--strict")).isEmpty();
      }
    }
    host.ada().live(GitHost.hello("newer"));
    assertThat(shallow("2", "newer").git("rev-parse", "HEAD")).isEqualTo(head());
  }

  private GitClient shallow(String version, String name) {
    return GitClient.cloneOf(
        host.url(auditor), folder.resolve(name), "--depth=1", "-c", "protocol.version=" + version);
  }

  private static List<Object> kept() throws IOException {
    List<Object> keys = new ArrayList<>();
    try (var files = Files.list(data.resolve("platform.git/headrace-served"))) {
      for (Path file : files.sorted().toList()) {
        keys.add(Files.getAttribute(file, "unix:ino"));
      }
    }
    assertThat(keys).isNotEmpty();
    return keys;
  }

  /** As source-controller clones: go-git speaks no version 2, and asks for all in one request. */
  @Test
  void whatGoGitAsksForIsAnswered() throws Exception {
    String want = "want " + head() + " agent=go-git/5.x ofs-delta shallow\n";
    byte[] request = (line(want) + line("deepen 1\n") + "0000" + line("done\n")).getBytes(UTF_8);

    HttpResponse<byte[]> answer =
        http.send(
            post("git-upload-pack", UPLOAD, bearer(auditor), request),
            HttpResponse.BodyHandlers.ofByteArray());

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type"))
        .contains("application/x-git-upload-pack-result");
    String said = new String(answer.body(), ISO_8859_1);
    // Git ends the first line without the line feed that JGit has there; go-git takes both.
    String shallow = said.startsWith("0034") ? "shallow " + head() : "shallow " + head() + "\n";
    String before = line(shallow) + "0000" + line("NAK\n");
    assertThat(said.substring(0, 70)).startsWith(before + "PACK");
    Path pack =
        Files.write(
            folder.resolve("it.pack"), said.substring(before.length()).getBytes(ISO_8859_1));
    GitClient empty = new GitClient(folder);
    empty.git("init", "-q", "--bare", "empty.git");
    assertThat(empty.git("--git-dir=empty.git", "index-pack", pack.toString())).isNotBlank();
  }

  @Test
  void goGitReadsTheRefsBeforeThatInTheOldDialect() throws Exception {
    HttpResponse<String> answer =
        http.send(
            get("info/refs?service=git-upload-pack", bearer(auditor)),
            HttpResponse.BodyHandlers.ofString());

    assertThat(answer.body()).startsWith("001e# service=git-upload-pack\n0000");
    assertThat(answer.body()).contains(head() + " HEAD", head() + " refs/heads/main\n");
    assertThat(answer.headers().firstValue("Content-Type"))
        .contains("application/x-git-upload-pack-advertisement");
  }

  @Test
  void onlyOperatorsSeeWhatWasRefused() {
    GitClient local =
        GitClient.cloneOf(data.resolve("platform.git").toString(), folder.resolve("local"));
    String refused = local.commit(app, "src/main.py", "def broken(:\n");
    local.git("push", "-q", "origin", "main");
    host.admin().post("/api/v1/admin/git/announce", Map.of()).ok();

    assertThat(local.git("ls-remote", host.urlFor("operator")))
        .contains(refused + "\trefs/rejected/" + refused);
    assertThat(local.git("ls-remote", host.url(auditor)))
        .isEqualTo(head() + "\tHEAD\n" + head() + "\trefs/heads/main");
    assertThat(local.git("ls-remote", host.urlFor("flux"))).doesNotContain("rejected");
    GitClient clone = GitClient.cloneOf(host.url(auditor), folder.resolve("clone"));
    assertThat(clone.trying("fetch", "-q", "origin", refused).exit()).isNotZero();
  }

  @Test
  void nobodyElseIsLetIn() throws Exception {
    String jwt = login("operator");
    for (String header :
        List.of(
            "",
            "Basic",
            "Basic not base64",
            "Digest x",
            basic("operator", "correct horse"),
            basic("operator", jwt),
            "Bearer " + jwt,
            bearer("hgt_" + "A".repeat(43)),
            bearer(revoked()),
            basic(auditor, ""),
            "Bearer")) {
      for (String address :
          List.of(
              "info/refs?service=git-upload-pack",
              "info/refs?service=git-upload-pack&access_token=" + auditor,
              "HEAD",
              "")) {
        HttpResponse<String> answer =
            http.send(get(address, header), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(header + " " + address).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate").orElse(""))
            .startsWith("Basic realm=");
      }
    }
    assertThat(new GitClient(folder).trying("ls-remote", host.url("wrong")).text())
        .contains("Authentication failed");
  }

  private static String revoked() {
    JsonNode token = host.token("auditor");
    String address = GitHost.TOKENS + "/" + token.path("id").asString();
    host.admin().delete(address).ok();
    host.admin().delete(address).is(404);
    return token.path("secret").asString();
  }

  @Test
  void aSecretIsShownOnceAndKeptAsADigest() throws Exception {
    String secret = host.secret("flux");

    assertThat(host.admin().get(GitHost.TOKENS).ok().toString())
        .contains("olga flux")
        .doesNotContain(secret)
        .doesNotContain("hgt_");
    String hidden = secret.substring("hgt_".length());
    try (var files = Files.walk(data.resolve("mongo"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, ISO_8859_1)).doesNotContain(hidden);
      }
    }
    host.admin().post(GitHost.TOKENS, Map.of("name", "x", "role", "root")).is(400);
    host.admin().post(GitHost.TOKENS, Map.of("name", "two\nlines", "role", "flux")).is(400);
  }

  @Test
  void anOperatorWhoIsNoAdminHasATokenForNothing() {
    Caller caller = new Caller(host.ada().userId(), "ada", true); // as she may have been
    GitTokens tokens = host.headrace().part(GitTokens.class);
    String secret = tokens.make("hers", GitRole.OPERATOR, caller).secret();

    assertThat(tokens.access(secret)).isEmpty();
    assertThat(new GitClient(folder).trying("ls-remote", host.url(secret)).exit()).isNotZero();
  }

  @Test
  void eachAccessIsOneLineOfTheLogWithoutASecret() {
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    appender.start();
    Logger log = (Logger) LoggerFactory.getLogger(GitServlet.class);
    log.addAppender(appender);
    JsonNode token = host.token("flux");
    String secret = token.path("secret").asString();
    new GitClient(folder).git("ls-remote", host.url(secret));
    log.detachAppender(appender);

    assertThat(appender.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .contains(
            "git: flux 'olga flux' (%s) from 127.0.0.1: POST git-upload-pack: refs"
                .formatted(token.path("id").asString()))
        .hasSizeBetween(3, 4)
        .noneMatch(line -> line.contains(secret.substring("hgt_".length())));
  }

  @Test
  void whatIsNotTheSmartProtocolIsNotThere() throws Exception {
    Map<String, Integer> answers =
        Map.of(
            "info/refs", 403,
            "info/refs?service=git-upload-archive", 403,
            "info/refs?service=git-receive-pack", 403,
            "HEAD", 404,
            "objects/info/packs", 404,
            "config", 404,
            "git-upload-pack", 404);
    for (Map.Entry<String, Integer> each : answers.entrySet()) {
      assertThat(status(get(each.getKey(), bearer(auditor))))
          .as(each.getKey())
          .isEqualTo(each.getValue());
    }
    assertThat(
            status(
                post(
                    "git-receive-pack",
                    "application/x-git-receive-pack-request",
                    bearer(auditor),
                    new byte[0])))
        .isEqualTo(403);
    assertThat(status(post("git-upload-pack", "text/plain", bearer(auditor), new byte[0])))
        .isEqualTo(415);
    assertThat(status(post("git-upload-pack", UPLOAD, bearer(auditor), "nonsense".getBytes(UTF_8))))
        .isEqualTo(400);
  }

  @Test
  void aRequestThatUnpacksToTooMuchIsRefused() throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(new byte[50 << 20]);
    }

    assertThat(status(gzipped(packed.toByteArray()))).isEqualTo(413);

    ByteArrayOutputStream small = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(small)) {
      out.write((line("want " + head() + "\n") + "0000" + line("done\n")).getBytes(UTF_8));
    }
    assertThat(status(gzipped(small.toByteArray()))).isEqualTo(200);
  }

  private HttpRequest gzipped(byte[] body) {
    return HttpRequest.newBuilder(
            post("git-upload-pack", UPLOAD, bearer(auditor), body), (_, _) -> true)
        .header("Content-Encoding", "gzip")
        .build();
  }

  @Test
  void whoComesWhenAllAreBusyIsToldToComeAgain() throws Exception {
    List<Socket> busy = new ArrayList<>();
    try {
      for (int i = 0; i < 2 * Limits.USUAL.fetches(); i++) {
        busy.add(unfinishedFetch());
      }
      HttpResponse<String> answer;
      long deadline = System.nanoTime() + 30_000_000_000L;
      do {
        answer =
            http.send(
                post("git-upload-pack", UPLOAD, bearer(auditor), new byte[0]),
                HttpResponse.BodyHandlers.ofString());
      } while (answer.statusCode() != 503 && System.nanoTime() < deadline);
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    } finally {
      for (Socket each : busy) {
        each.close();
      }
    }
    long deadline = System.nanoTime() + 30_000_000_000L;
    int status;
    do {
      status = status(gzippedFetch());
    } while (status != 200 && System.nanoTime() < deadline);
    assertThat(status).as("when they have gone").isEqualTo(200);
  }

  private HttpRequest gzippedFetch() {
    return post(
        "git-upload-pack",
        UPLOAD,
        bearer(auditor),
        (line("want " + head() + "\n") + "0000" + line("done\n")).getBytes(UTF_8));
  }

  /** Announces more than it sends. */
  private static Socket unfinishedFetch() throws IOException {
    URI url = URI.create(host.headrace().url());
    Socket socket = new Socket(url.getHost(), url.getPort());
    socket
        .getOutputStream()
        .write(
            """
            POST /git/platform.git/git-upload-pack HTTP/1.1
            Host: %s
            Authorization: %s
            Content-Type: %s
            Content-Length: 1000

            0032\
            """
                .formatted(url.getAuthority(), bearer(auditor), UPLOAD)
                .replace("\n", "\r\n")
                .getBytes(UTF_8));
    return socket;
  }

  private int status(HttpRequest request) throws Exception {
    return http.send(request, HttpResponse.BodyHandlers.ofString(ISO_8859_1)).statusCode();
  }

  private static HttpRequest get(String address, String authorization) {
    return request(address, authorization).GET().build();
  }

  private static HttpRequest post(String service, String type, String authorization, byte[] body) {
    return request(service, authorization)
        .header("Content-Type", type)
        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
        .build();
  }

  private static HttpRequest.Builder request(String address, String authorization) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(host.headrace().url() + "/git/platform.git/" + address));
    return authorization.isEmpty() ? request : request.header("Authorization", authorization);
  }

  private static String login(String username) {
    return host.headrace()
        .anonymous()
        .post("/api/auth/login", Map.of("username", username, "password", "correct horse"))
        .ok()
        .path("access_token")
        .asString();
  }

  private static String bearer(String secret) {
    return "Bearer " + secret;
  }

  private static String basic(String user, String password) {
    return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
  }

  private static String line(String text) {
    return "%04x%s".formatted(text.length() + 4, text);
  }

  private static String head() {
    return host.headrace().part(PlatformRepository.class).head().sha();
  }
}
