package dev.headrace.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.Api;
import dev.headrace.RunningHeadrace;
import dev.headrace.git.CommitId;
import dev.headrace.git.PlatformRepository;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Bad input gets a clear answer in the shape of the contract, and nothing is committed. */
class RefusedInputTest {
  private static final String APP = "from fastapi import FastAPI\napp = FastAPI()\n";

  @TempDir private static Path data;
  @AutoClose private static RunningHeadrace headrace;
  private static Api ada;

  @BeforeAll
  static void start() {
    headrace = RunningHeadrace.on(data);
    ada = headrace.signUp("ada");
  }

  static Stream<Arguments> requests() {
    return Stream.of(
        request("no code", Map.of("name", "x"), "INVALID_REQUEST", "code required"),
        request(
            "no files",
            Map.of("name", "x", "mode", "multi"),
            "INVALID_REQUEST",
            "files required for multi-file mode"),
        request(
            "another framework",
            Map.of("name", "x", "code", APP, "framework", "flask"),
            "INVALID_REQUEST",
            "framework must be 'fastapi' or 'fasthtml'"),
        request(
            "another plan",
            Map.of("name", "x", "code", APP, "resources", "huge"),
            "INVALID_REQUEST",
            "resources must be 'micro' or 'small' or 'medium' or 'large'"),
        request(
            "a database",
            Map.of("name", "x", "code", APP, "database_id", "default"),
            "INVALID_DATABASE",
            "Database not found"),
        request(
            "a secret",
            Map.of("name", "x", "code", APP, "env_vars", Map.of("TOKEN", "s3cret")),
            "INVALID_REQUEST",
            "Environment variables are not supported yet"),
        request(
            "a syntax error",
            Map.of("name", "x", "code", "def f(\n"),
            "VALIDATION_FAILED",
            "Syntax error: '(' was never closed"),
        request(
            "a long name",
            Map.of("name", "n".repeat(1000), "code", APP),
            "INVALID_REQUEST",
            "name"),
        request(
            "a name with a line break",
            Map.of("name", "a\nb", "code", APP),
            "INVALID_REQUEST",
            "name"),
        files("a path upwards", Map.of("../x.py", "")),
        files("an absolute path", Map.of("/etc/x.py", "")),
        files("a backslash", Map.of("a\\b.py", "")),
        files("a NUL in a path", Map.of("a\0b.py", "")),
        files("a NUL in a file", Map.of("x.py", "a = '\0'")),
        files("a file type that is not allowed", Map.of("run.sh", "")),
        files("51 files", many(51)),
        files("a file of 101 KB", Map.of("x.py", "#".repeat(101 * 1024))),
        files(
            "600 KB together",
            Map.of(
                "a.txt", "a".repeat(100_000),
                "b.txt", "b".repeat(100_000),
                "c.txt", "c".repeat(100_000),
                "d.txt", "d".repeat(100_000),
                "e.txt", "e".repeat(100_000),
                "f.txt", "f".repeat(100_000))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("requests")
  void isRefused(String what, Map<String, Object> request, String code, String message) {
    CommitId before = headrace.part(PlatformRepository.class).head();

    JsonNode detail = ada.post("/api/apps", request).is(400).json().path("detail");

    assertThat(detail.path("code").asString()).as(what).isEqualTo(code);
    assertThat(detail.path("message").asString()).contains(message);
    assertThat(detail.has("details")).isTrue();
    assertThat(headrace.part(PlatformRepository.class).head()).isEqualTo(before);
    assertThat(ada.get("/api/apps").ok()).isEmpty();
  }

  @Test
  void bodiesThatAreNotWhatTheySayAreUnprocessable() {
    assertFault(ada.send("POST", "/api/apps", text("{\"name\": \"x\"")), "json_invalid");
    assertFault(
        ada.send("POST", "/api/apps", text("{\"name\": \"x\", \"name\": \"y\"}")), "json_invalid");
    assertFault(
        ada.send(
            "POST",
            "/api/apps",
            HttpRequest.BodyPublishers.ofByteArray(
                new byte[] {'{', '"', 'n', '"', ':', '"', (byte) 0xff, (byte) 0xfe, '"', '}'})),
        "json_invalid");
    assertFault(ada.send("POST", "/api/apps", text("{\"name\": 5}")), "string_type");
    assertFault(
        ada.send("POST", "/api/apps", text("{\"name\": \"x\", \"files\": [1]}")), "dict_type");
    assertFault(
        ada.send("POST", "/api/apps", text("{\"name\": \"x\", \"env_vars\": {\"A\": 1}}")),
        "string_type");
  }

  @Test
  void aBodyWithoutAnEndIsCutOff() {
    ada.send("POST", "/api/apps", text("{\"name\": \"" + "x".repeat(5_000_000) + "\"}")).is(413);
  }

  @Test
  void whatIsNoIdIsAnAppThatNobodyHas() {
    for (String id : new String[] {"AAAAAAAA", "a", "abcdefgh"}) {
      ada.get("/api/apps/" + id).is(404);
    }
  }

  private static HttpRequest.BodyPublisher text(String body) {
    return HttpRequest.BodyPublishers.ofString(body);
  }

  private static void assertFault(Api.Answer answer, String type) {
    JsonNode fault = answer.is(422).json().path("detail").get(0);
    assertThat(fault.path("type").asString()).as(answer.text()).isEqualTo(type);
    assertThat(fault.path("loc").get(0).asString()).isEqualTo("body");
  }

  private static Arguments request(
      String what, Map<String, Object> request, String code, String message) {
    return Arguments.of(what, request, code, message);
  }

  private static Arguments files(String what, Map<String, String> more) {
    Map<String, String> files = new LinkedHashMap<>(more);
    files.put("app.py", APP);
    return Arguments.of(
        what,
        Map.of("name", "x", "mode", "multi", "files", files),
        "VALIDATION_FAILED",
        "Code validation failed: ");
  }

  private static Map<String, String> many(int count) {
    Map<String, String> files = new LinkedHashMap<>();
    IntStream.range(1, count).forEach(i -> files.put("f" + i + ".py", "x = 1\n"));
    return files;
  }
}
