package dev.headrace.delivery.flux;

import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the runner left about the app's end in the container's termination message.
 *
 * @param summary the error in one line
 * @param file of the author's source
 * @param running whether the app had come up before
 */
record Fault(
    String summary,
    Optional<String> traceback,
    Optional<String> file,
    OptionalInt line,
    boolean running) {
  private static final JsonMapper JSON = JsonMapper.shared();

  /** Empty when the message is something else: the container's last lines, or nothing. */
  static Optional<Fault> of(@Nullable String message) {
    if (message == null || !message.startsWith("{")) {
      return Optional.empty();
    }
    try {
      JsonNode told = JSON.readTree(message);
      if (!told.path("headrace").asString("").equals("error")) {
        return Optional.empty();
      }
      String text = told.path("message").asString("");
      String kind = told.path("kind").asString("Error");
      return Optional.of(
          new Fault(
              kind.equals("AppProblem") ? text : kind + ": " + text,
              told.path("traceback").asStringOpt(),
              told.path("file").asStringOpt(),
              told.path("line").asIntOpt(),
              told.path("phase").asString("").equals("run")));
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }
}
