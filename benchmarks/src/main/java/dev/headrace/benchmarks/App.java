package dev.headrace.benchmarks;

import dev.headrace.client.ApiClient;
import java.time.Duration;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** An app that says what its newest version was given to say. */
final class App {
  private final ApiClient api;
  private final String id;
  private final String address;

  private App(ApiClient api, String id, String address) {
    this.api = api;
    this.id = id;
    this.address = address;
  }

  static App create(ApiClient api, String name) throws InterruptedException {
    JsonNode app = api.post("/api/apps", Map.of("name", name, "code", code(name)));
    String id = app.path("app_id").asString();
    JsonNode live = api.awaitOutcome(id, 1, Duration.ofSeconds(30));
    if (!live.path("outcome").asString().equals("live")) {
      throw new IllegalStateException("the app is not live: " + live);
    }
    String url = app.path("deployment_url").asString();
    String owner = api.get("/api/auth/me").path("id").asString();
    return new App(
        api,
        id,
        "http://127.0.0.1%s/user/%s/app/%s/"
            .formatted(url.substring(url.lastIndexOf(':')), owner, id));
  }

  /** Nanoseconds until the change is answered, which is when its commit is durable. */
  long deploy(String says) throws InterruptedException {
    long begun = System.nanoTime();
    api.put("/api/apps/" + id, Map.of("code", code(says)));
    return System.nanoTime() - begun;
  }

  /** Nanoseconds until the app's address answers with the change. */
  long deployUntilLive(String says, Duration within) throws InterruptedException {
    String wanted = "{\"message\":\"%s\"}".formatted(says);
    long begun = System.nanoTime();
    api.put("/api/apps/" + id, Map.of("code", code(says)));
    while (!api.text(address).equals(wanted)) {
      if (System.nanoTime() - begun > within.toNanos()) {
        throw new IllegalStateException(
            "not live within %d s: %s".formatted(within.toSeconds(), address));
      }
    }
    return System.nanoTime() - begun;
  }

  private static String code(String says) {
    return """
    from fastapi import FastAPI

    app = FastAPI()


    @app.get("/")
    def hello():
        return {"message": "%s"}
    """
        .formatted(says);
  }

  /** Routes of ten lines each, until there are this many lines. */
  static String longCode(int lines) {
    StringBuilder code =
        new StringBuilder("from fastapi import FastAPI\n\napp = FastAPI()\nitems = {}\n");
    for (int route = 0; code.chars().filter(c -> c == '\n').count() + 10 <= lines; route++) {
      code.append(
          """


          @app.get("/items/%1$d/{key}")
          def read_%1$d(key: str, limit: int = 10):
              found = items.get(key, [])
              if not found:
                  return {"key": key, "found": 0}
              total = sum(len(str(item)) for item in found[:limit])
              return {"key": key, "found": len(found), "total": total}
          """
              .formatted(route));
    }
    return code.append(
            "# end\n".repeat((int) (lines - code.chars().filter(c -> c == '\n').count())))
        .toString();
  }
}
