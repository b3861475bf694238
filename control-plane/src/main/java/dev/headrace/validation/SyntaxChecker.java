package dev.headrace.validation;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A pool of {@link CheckerProcess}es; a child that dies is replaced. Nobody can fill the queue
 * before it alone. Thread-safe.
 */
public final class SyntaxChecker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SyntaxChecker.class);
  private static final int CHILDREN = 2;

  /** Waiting or being checked. */
  static final int MOST_AT_ONCE = 64;

  static final int MOST_PER_CALLER = 16;

  private final Path python;
  private final Path checker;
  private final JsonMapper json;
  private final Duration limit;
  private final Verdict tooMuch;

  /**
   * The one used last comes first: its caches are warm, and one that is not needed never starts.
   */
  private final BlockingDeque<Optional<CheckerProcess>> idle = new LinkedBlockingDeque<>();

  private final Set<CheckerProcess> children = ConcurrentHashMap.newKeySet();
  private final Semaphore places = new Semaphore(MOST_AT_ONCE);
  private final Map<String, Integer> byCaller = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * Children are started when first needed.
   *
   * @param limit for one source; a child that needs longer is ended
   */
  public SyntaxChecker(Path python, Path checker, JsonMapper json, Duration limit) {
    this.python = python;
    this.checker = checker;
    this.json = json;
    this.limit = limit;
    this.tooMuch =
        new Verdict.Refused(
            "Checking this code took more than %d seconds or too much memory. Make it smaller or less deeply nested."
                .formatted(limit.toSeconds()),
            OptionalInt.empty(),
            Optional.empty());
    for (int i = 0; i < CHILDREN; i++) {
      idle.add(Optional.empty());
    }
  }

  /**
   * Asks a free child. If that died, which somebody else may have caused, asks a fresh one.
   *
   * @param caller who may have only so many sources here at once
   * @throws RejectedExecutionException when too many sources are here already, or at the end
   */
  public Verdict check(Source source, String caller) throws InterruptedException {
    String request = json.writeValueAsString(request(source));
    if (byCaller.merge(caller, 1, Integer::sum) > MOST_PER_CALLER) {
      left(caller);
      throw new RejectedExecutionException("this caller has too many sources to be checked");
    }
    try {
      if (!places.tryAcquire()) {
        throw new RejectedExecutionException("too many sources wait to be checked");
      }
      try {
        Optional<Verdict> verdict = ask(request, false);
        return verdict.isPresent() ? verdict.get() : ask(request, true).orElse(tooMuch);
      } finally {
        places.release();
      }
    } finally {
      left(caller);
    }
  }

  private void left(String caller) {
    byCaller.computeIfPresent(caller, (_, count) -> count == 1 ? null : count - 1);
  }

  /** Empty when the child died of itself. */
  private Optional<Verdict> ask(String request, boolean fresh) throws InterruptedException {
    Optional<CheckerProcess> slot = idle.take();
    try {
      if (fresh) {
        slot = ended(slot);
      }
      CheckerProcess child = slot.isPresent() ? slot.get() : start();
      slot = Optional.of(child);
      return Optional.of(verdict(json.readTree(child.ask(request, limit))));
    } catch (CheckerProcess.Overdue e) {
      slot = ended(slot);
      return Optional.of(tooMuch);
    } catch (IOException | JacksonException e) {
      slot = ended(slot);
      if (!closed) {
        log.warn("a syntax checker ended while it read a source: {}", e.getMessage());
      }
      return Optional.empty();
    } finally {
      idle.addFirst(slot);
    }
  }

  private Optional<CheckerProcess> ended(Optional<CheckerProcess> slot) {
    slot.ifPresent(child -> {
      children.remove(child);
      child.close();
    });
    return Optional.empty();
  }

  private CheckerProcess start() {
    try {
      CheckerProcess child = new CheckerProcess(python, checker);
      children.add(child);
      if (closed) {
        ended(Optional.of(child));
        throw new RejectedExecutionException("no more sources are checked");
      }
      return child;
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

  /** Also ends the children that read a source. */
  @Override
  public void close() {
    closed = true;
    children.forEach(CheckerProcess::close);
  }
}
