package dev.headrace.cli;

import dev.headrace.client.ApiClient;
import dev.headrace.identity.Accounts;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** The demo account and its app, made through the same doors as anybody's. */
record Demo(Platform platform, String password, String url, String commit, String outcome) {
  private static final String USER = "demo";
  private static final String TEMPLATE = "Hello World API";
  private static final String NAME = "Hello World";

  private static final Duration LIVE_WITHIN = Duration.ofSeconds(60);

  static Demo deploy(Platform platform) throws InterruptedException {
    String password = newPassword();
    platform.part(Accounts.class).ensure(USER, USER + "@example.com", password);
    ApiClient api = ApiClient.at(platform.consoleUrl()).logIn(USER, password);
    Optional<JsonNode> existing =
        api.get("/api/apps").valueStream().filter(Demo::isDemo).findFirst();
    JsonNode app = existing.isPresent() ? existing.get() : create(api);
    String id = app.path("app_id").asString();
    JsonNode deploy = api.awaitOutcome(id, newestVersion(api, id), LIVE_WITHIN);
    return new Demo(
        platform,
        password,
        app.path("deployment_url").asString(),
        deploy.path("commit").asString(),
        outcome(deploy));
  }

  private static JsonNode create(ApiClient api) throws InterruptedException {
    JsonNode template =
        api.get("/api/templates")
            .valueStream()
            .filter(Demo::isHelloWorld)
            .findFirst()
            .orElseThrow();
    return api.post(
        "/api/apps",
        Map.of(
            "name",
            NAME,
            "code",
            template.path("code").asString(),
            "reason",
            "Show what a deploy looks like"));
  }

  /** What is newest in the history may be a rename, which has no version. */
  private static int newestVersion(ApiClient api, String id) throws InterruptedException {
    return api.get("/api/v1/apps/" + id + "/deploys?limit=200")
        .path("deploys")
        .valueStream()
        .map(deploy -> deploy.path("version"))
        .filter(JsonNode::isInt)
        .findFirst()
        .orElseThrow()
        .asInt();
  }

  private static String outcome(JsonNode deploy) {
    if (!deploy.path("outcome").asString().equals("live")) {
      return "NOT live: " + deploy.path("failure").path("cause").asString();
    }
    List<JsonNode> stages = deploy.path("stages").valueStream().toList();
    Instant committed = Instant.parse(stages.getFirst().path("at").asString());
    Instant live = Instant.parse(stages.getLast().path("at").asString());
    return "live after %d ms".formatted(Duration.between(committed, live).toMillis());
  }

  void print(PrintStream out) {
    out.println();
    out.printf("  User         %s%n", USER);
    out.printf("  Password     %s%n", password);
    out.printf("  App          %s%n", url);
    out.printf("  Commit       %s (%s)%n", commit, outcome);
    out.printf("  Show it      git --git-dir %s log -1 -p %s%n", platform.repository(), commit);
  }

  private static boolean isDemo(JsonNode app) {
    return app.path("name").asString("").equals(NAME);
  }

  private static boolean isHelloWorld(JsonNode template) {
    return template.path("name").asString("").equals(TEMPLATE);
  }

  private static String newPassword() {
    byte[] bytes = new byte[12];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
