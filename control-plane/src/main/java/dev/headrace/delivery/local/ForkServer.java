package dev.headrace.delivery.local;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The warm Python process that apps are forked from, spoken to in JSON lines. When this process
 * ends, its standard input closes and everything it started ends with it. Thread-safe.
 */
final class ForkServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ForkServer.class);
  private static final int PROCESSES_PER_APP = 64;

  private final JsonMapper json;
  private final Clock clock;
  private final Process process;
  private final BufferedWriter commands;
  private final Map<String, Consumer<RunnerEvent>> listeners = new ConcurrentHashMap<>();
  private final CompletableFuture<Isolation> ready = new CompletableFuture<>();

  /**
   * What separates apps from this machine.
   *
   * @param complete whether each app has namespaces of its own
   * @param detail why not, where it has none
   */
  record Isolation(boolean complete, String detail) {}

  ForkServer(List<String> command, JsonMapper json, Clock clock) throws IOException {
    this.json = json;
    this.clock = clock;
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/local/bin:/usr/bin:/bin");
    builder.environment().put("LANG", "C.UTF-8");
    this.process = builder.start();
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
    Thread.ofPlatform().daemon().name("fork-server-events").start(this::readEvents);
  }

  CompletableFuture<Isolation> ready() {
    return ready;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** The listener hears of this instance until it has exited; it must not block. */
  void start(Launch launch, Consumer<RunnerEvent> listener) {
    listeners.put(launch.instance(), listener);
    Map<String, Object> command = new LinkedHashMap<>();
    command.put("op", "start");
    command.put("id", launch.instance());
    command.put("app_id", launch.appId());
    command.put("files", launch.files());
    command.put("entrypoint", launch.entrypoint());
    command.put("env", launch.environment());
    command.put("root_path", launch.environment().getOrDefault("APP_ROOT_PATH", ""));
    command.put("content", launch.content());
    command.put("memory_bytes", launch.memoryBytes());
    command.put("processes", PROCESSES_PER_APP);
    try {
      send(command);
    } catch (UncheckedIOException e) {
      lost(launch.instance(), listener);
    }
  }

  void stop(String instance, Duration grace) {
    try {
      send(Map.of("op", "stop", "id", instance, "grace_s", grace.toSeconds()));
    } catch (UncheckedIOException e) {
      log.debug("instance {} ended with its fork server", instance);
    }
  }

  private synchronized void send(Map<String, Object> command) {
    try {
      commands.write(json.writeValueAsString(command));
      commands.newLine();
      commands.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("the fork server is gone", e);
    }
  }

  private void readEvents() {
    try (BufferedReader events = process.inputReader(StandardCharsets.UTF_8)) {
      String line;
      while ((line = events.readLine()) != null) {
        read(line);
      }
    } catch (IOException e) {
      log.warn("the fork server's events broke off: {}", e.getMessage());
    }
    process.destroyForcibly();
    ready.completeExceptionally(new IOException("the fork server ended before it was ready"));
    listeners.forEach(this::lost);
  }

  private void read(String line) {
    JsonNode event;
    try {
      event = json.readTree(line);
    } catch (JacksonException e) {
      log.warn("the fork server said something unreadable: {}", e.getOriginalMessage());
      return;
    }
    String kind = event.path("event").asString("");
    if (kind.equals("ready")) {
      boolean complete = event.path("isolation").asString("none").equals("namespaces");
      ready.complete(new Isolation(complete, event.path("isolation_detail").asString("")));
    } else if (kind.equals("error")) {
      log.error("the fork server refused a command: {}", event.path("message").asString(""));
    } else {
      dispatch(kind, event);
    }
  }

  private void dispatch(String kind, JsonNode event) {
    String instance = event.path("id").asString("");
    Consumer<RunnerEvent> listener = listeners.get(instance);
    if (listener == null) {
      return;
    }
    switch (kind) {
      case "listening" -> listener.accept(new RunnerEvent.Listening(event.path("port").asInt()));
      case "log" ->
          listener.accept(new RunnerEvent.Log(clock.instant(), event.path("line").asString("")));
      case "exited" -> {
        listeners.remove(instance);
        listener.accept(exited(event));
      }
      default -> log.debug("the fork server said {}", kind);
    }
  }

  private void lost(String instance, Consumer<RunnerEvent> listener) {
    if (listeners.remove(instance, listener)) {
      listener.accept(new RunnerEvent.Lost());
    }
  }

  private static RunnerEvent.Exited exited(JsonNode event) {
    JsonNode error = event.path("error");
    return new RunnerEvent.Exited(
        event.path("reason").asString("crashed"),
        number(event.path("code")),
        error.isObject()
            ? Optional.of(
                new RunnerEvent.Fault(
                    error.path("kind").asString("Error"),
                    error.path("message").asString(""),
                    text(error.path("traceback")),
                    text(error.path("file")),
                    number(error.path("line"))))
            : Optional.empty());
  }

  private static Optional<String> text(JsonNode node) {
    return node.isString() ? Optional.of(node.asString()) : Optional.empty();
  }

  private static OptionalInt number(JsonNode node) {
    return node.isInt() ? OptionalInt.of(node.asInt()) : OptionalInt.empty();
  }

  @Override
  public void close() {
    try {
      commands.close();
    } catch (IOException e) {
      log.debug("the fork server was gone before: {}", e.getMessage());
    }
    try {
      if (!process.waitFor(Duration.ofSeconds(5))) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
