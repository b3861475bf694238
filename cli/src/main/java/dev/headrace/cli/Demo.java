package dev.headrace.cli;

import dev.headrace.client.ApiClient;
import dev.headrace.identity.Accounts;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The demo account and its app, made through the same doors as anybody's. */
record Demo(
    Platform platform, String user, String password, String url, String commit, long liveMillis) {
  private static final String USER = "demo";
  private static final String TEMPLATE = "Hello World API";

  /** The same for ever, so that a second {@code up --demo} finds the app of the first. */
  private static final String DEPLOY_ID = "01JDEM0HEADRACE0HE110W0R1D";

  private static final Duration LIVE_WITHIN = Duration.ofSeconds(60);

  static Demo deploy(Platform platform) throws InterruptedException {
    String password = newPassword();
    platform.part(Accounts.class).ensure(USER, USER + "@example.com", password);
    ApiClient api = ApiClient.logIn(platform.consoleUrl(), USER, password);
    JsonNode template =
        api.get("/api/templates")
            .valueStream()
            .filter(Demo::isHelloWorld)
            .findFirst()
            .orElseThrow();
    long begun = System.nanoTime();
    JsonNode app =
        api.post(
            "/api/apps",
            Map.of(
                "name", "Hello World",
                "code", template.path("code").asString(),
                "reason", "Show what a deploy looks like"),
            DEPLOY_ID);
    String id = app.path("app_id").asString();
    JsonNode deploy = api.awaitOutcome(id, 1, LIVE_WITHIN);
    return new Demo(
        platform,
        USER,
        password,
        app.path("deployment_url").asString(),
        deploy.path("commit").asString(),
        Duration.ofNanos(System.nanoTime() - begun).toMillis());
  }

  void print(PrintStream out) {
    out.println();
    out.printf("  User         %s%n", user);
    out.printf("  Password     %s%n", password);
    out.printf("  App          %s%n", url);
    out.printf("  Commit       %s (live after %d ms)%n", commit, liveMillis);
    out.printf("  Show it      git --git-dir %s log -1 -p %s%n", platform.repository(), commit);
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
