package dev.headrace.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.Api;
import dev.headrace.RunningHeadrace;
import java.net.http.HttpHeaders;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What browsers are told besides the answer: what the page may do, and who else may ask. */
class HeadersTest {
  private static final Pattern SCRIPT = Pattern.compile("src=\"(/assets/[^\"]+\\.js)\"");

  @TempDir private static Path data;
  @AutoClose private static RunningHeadrace headrace;
  private static Api nobody;

  @BeforeAll
  static void start() {
    headrace = RunningHeadrace.on(data);
    nobody = headrace.anonymous();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/login", "/signup", "/new", "/apps", "/apps/abcdefgh/history"})
  void thePageIsAtEachOfItsAddresses(String path) {
    Api.Answer page = nobody.get(path).is(200);

    assertThat(page.text()).contains("<div id=\"root\">");
    assertThat(header(page, "Content-Type")).startsWith("text/html");
    assertGuarded(page);
  }

  @Test
  void thePageRunsNoScriptButItsOwn() {
    Map<String, List<String>> policy = policy(nobody.get("/").is(200));

    assertThat(policy).containsEntry("default-src", List.of("'self'"));
    assertThat(policy).containsEntry("connect-src", List.of("'self'"));
    assertThat(policy).containsEntry("object-src", List.of("'none'"));
    assertThat(policy).containsEntry("base-uri", List.of("'none'"));
    assertThat(policy).containsEntry("frame-ancestors", List.of("'none'"));
    assertThat(policy).containsEntry("form-action", List.of("'self'"));
    assertThat(policy).doesNotContainKey("script-src");
    assertThat(policy.values().stream().flatMap(List::stream))
        .doesNotContain("*", "http:", "https:", "'unsafe-eval'");
  }

  @Test
  void filesOfThePageAndAnswersOfTheApiAreGuardedToo() {
    Matcher script = SCRIPT.matcher(nobody.get("/").text());
    assertThat(script.find()).isTrue();

    assertGuarded(nobody.get(script.group(1)).is(200));
    assertGuarded(nobody.get("/favicon.svg").is(200));
    assertGuarded(nobody.get("/health").is(200));
    assertGuarded(nobody.get("/api/apps").is(401));
    assertGuarded(nobody.get("/assets/nothing.js").is(404));
  }

  @Test
  void answersOfTheApiAreNotKept() {
    Api ada = headrace.signUp("ada");

    for (String path : new String[] {"/api/auth/me", "/api/apps", "/api/apps/abcdefgh"}) {
      assertThat(header(ada.get(path), "Cache-Control")).contains("no-store");
    }
  }

  @Test
  void answersToChangesHaveTheirLengthAhead() {
    Api ada = headrace.signUp("lengths");

    assertWhole(ada.post("/api/apps/validate", Map.of("code", "ä = 1")).is(200));
    assertWhole(ada.post("/api/apps", Map.of("name", "Zähler")).is(400));
    assertWhole(nobody.post("/api/apps", Map.of()).is(401));
    assertWhole(ada.delete("/api/apps/abcdefgh").is(404));
    assertWhole(nobody.post("/api/auth/login", Map.of("username", "ä", "password", "ß")).is(401));
  }

  @Test
  void whoAsksForTheHeadOfAStreamHasItBeforeTheStreamEnds() {
    Api ada = headrace.signUp("heads");

    Api.Answer head = ada.send("HEAD", "/api/v1/events", Optional.empty()).is(200);

    assertThat(header(head, "Content-Type")).startsWith("text/event-stream");
  }

  private static void assertWhole(Api.Answer answer) {
    assertThat(answer.headers().firstValueAsLong("Content-Length"))
        .hasValue(answer.text().getBytes(UTF_8).length);
    assertThat(answer.headers().map()).doesNotContainKey("transfer-encoding");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://localhost:5173", "http://127.0.0.1:8000", "http://[::1]:3000"})
  void pagesOfThisMachineMayAskAhead(String origin) {
    Api.Answer allowed = askAhead(origin).is(200);

    assertThat(header(allowed, "Access-Control-Allow-Origin")).isEqualTo(origin);
    assertThat(header(allowed, "Access-Control-Allow-Methods")).contains("PUT");
    assertThat(header(allowed, "Access-Control-Allow-Headers"))
        .contains("authorization", "content-type", "if-match");
    assertThat(header(allowed, "Access-Control-Allow-Credentials")).isEqualTo("true");
    assertThat(header(allowed, "Access-Control-Max-Age")).isEqualTo("600");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example",
        "http://localhost.evil.example:80",
        "http://evil.example:5173",
        "https://localhost:5173",
        "http://app-abcdefgh.localhost:8001",
        "null"
      })
  void otherPagesMayNot(String origin) {
    Api.Answer refused = askAhead(origin).is(403);

    assertThat(refused.headers().map().keySet())
        .noneMatch(name -> name.startsWith("access-control-allow"));
  }

  @Test
  void userCodeNeverRunsInTheConsolesOrigin() {
    Api.Answer answer = nobody.get("/user/u1/app/abcdefgh/docs?x=%201").is(308);

    assertThat(header(answer, "Location"))
        .isEqualTo(headrace.appsUrl() + "/user/u1/app/abcdefgh/docs?x=%201");
    assertThat(answer.text()).isEmpty();
  }

  private static Api.Answer askAhead(String origin) {
    return nobody
        .with("Origin", origin)
        .with("Access-Control-Request-Method", "PUT")
        .with("Access-Control-Request-Headers", "authorization,content-type,if-match")
        .send("OPTIONS", "/api/apps/abcdefgh", Optional.empty());
  }

  private static void assertGuarded(Api.Answer answer) {
    assertThat(policy(answer)).containsKeys("default-src", "frame-ancestors");
    assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(header(answer, "X-Frame-Options")).isEqualTo("DENY");
    assertThat(header(answer, "Referrer-Policy")).isEqualTo("no-referrer");
    HttpHeaders headers = answer.headers();
    assertThat(headers.map()).doesNotContainKeys("server", "x-powered-by", "set-cookie");
  }

  private static Map<String, List<String>> policy(Api.Answer answer) {
    return Arrays.stream(header(answer, "Content-Security-Policy").split("; ", -1))
        .map(directive -> List.of(directive.split(" ", -1)))
        .collect(Collectors.toMap(List::getFirst, words -> words.subList(1, words.size())));
  }

  private static String header(Api.Answer answer, String name) {
    return answer.headers().firstValue(name).orElseThrow();
  }
}
