package dev.headrace.validation;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A pool of {@link CheckerProcess}es; a child that dies is replaced. Thread-safe. */
public final class SyntaxChecker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SyntaxChecker.class);
  private static final int CHILDREN = 2;
  private static final int MOST_WAITING = 64;
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final Verdict TOO_MUCH =
      new Verdict.Refused(
          "Checking this code took more than %d seconds or too much memory. Make it smaller or less deeply nested."
              .formatted(LIMIT.toSeconds()),
          OptionalInt.empty(),
          Optional.empty());

  private final Path python;
  private final Path checker;
  private final JsonMapper json;
  private final BlockingQueue<Optional<CheckerProcess>> idle = new ArrayBlockingQueue<>(CHILDREN);

  private final Semaphore places = new Semaphore(MOST_WAITING);

  /** Children are started when first needed. */
  public SyntaxChecker(Path python, Path checker, JsonMapper json) {
    this.python = python;
    this.checker = checker;
    this.json = json;
    for (int i = 0; i < CHILDREN; i++) {
      idle.add(Optional.empty());
    }
  }

  /**
   * Asks a free child, and another one if that died for no fault of the source.
   *
   * @throws RejectedExecutionException when too many callers wait already
   */
  public Verdict check(Source source) throws InterruptedException {
    String request = json.writeValueAsString(request(source));
    if (!places.tryAcquire()) {
      throw new RejectedExecutionException("too many sources wait to be checked");
    }
    try {
      Optional<Verdict> verdict = ask(request);
      return verdict.isPresent() ? verdict.get() : ask(request).orElse(TOO_MUCH);
    } finally {
      places.release();
    }
  }

  /** Empty when the child died of itself. */
  private Optional<Verdict> ask(String request) throws InterruptedException {
    Optional<CheckerProcess> slot = idle.take();
    try {
      CheckerProcess child = slot.isPresent() ? slot.get() : start();
      slot = Optional.of(child);
      return Optional.of(verdict(json.readTree(child.ask(request, LIMIT))));
    } catch (CheckerProcess.Overdue e) {
      slot.ifPresent(CheckerProcess::close);
      slot = Optional.empty();
      return Optional.of(TOO_MUCH);
    } catch (IOException e) {
      log.warn("a syntax checker ended while it read a source: {}", e.getMessage());
      slot.ifPresent(CheckerProcess::close);
      slot = Optional.empty();
      return Optional.empty();
    } finally {
      idle.add(slot);
    }
  }

  private CheckerProcess start() {
    try {
      return new CheckerProcess(python, checker);
    } catch (IOException e) {
      throw new IllegalStateException(
          "%s could not be started; is the runner's virtual environment there?".formatted(python),
          e);
    }
  }

  private static Map<String, Object> request(Source source) {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("id", "1");
    switch (source) {
      case Source.Single(String code) -> request.put("code", code);
      case Source.Multi(Map<String, String> files, String entrypoint) -> {
        request.put("files", files);
        request.put("entrypoint", entrypoint);
      }
    }
    return request;
  }

  private static Verdict verdict(JsonNode answer) throws IOException {
    if (!answer.has("valid")) {
      throw new IOException("the checker answered " + answer);
    }
    if (answer.path("valid").asBoolean()) {
      return new Verdict.Accepted(answer.path("framework").asString("fastapi"));
    }
    JsonNode line = answer.path("line");
    JsonNode file = answer.path("file");
    return new Verdict.Refused(
        answer.path("message").asString(),
        line.isInt() ? OptionalInt.of(line.asInt()) : OptionalInt.empty(),
        file.isString() ? Optional.of(file.asString()) : Optional.empty());
  }

  @Override
  public void close() {
    idle.forEach(slot -> slot.ifPresent(CheckerProcess::close));
  }
}
