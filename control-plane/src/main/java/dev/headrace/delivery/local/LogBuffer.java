package dev.headrace.delivery.local;

import dev.headrace.delivery.DeliveryEngine.Logs;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The newest lines of one app, in memory. Thread-safe. */
final class LogBuffer {
  private static final int LINES = 2_000;
  private static final int CHARACTERS = 256 * 1024;

  private final Deque<Logs.Line> lines = new ArrayDeque<>();
  private int characters;
  private Optional<String> instance = Optional.empty();

  synchronized void started(String newInstance) {
    instance = Optional.of(newInstance);
  }

  synchronized void add(Instant at, String text) {
    lines.addLast(new Logs.Line(at, text));
    characters += text.length();
    while (lines.size() > LINES || characters > CHARACTERS) {
      characters -= lines.removeFirst().text().length();
    }
  }

  synchronized Logs newest(int most, Optional<Instant> since) {
    List<Logs.Line> wanted = new ArrayList<>();
    for (Logs.Line line : lines.reversed()) {
      if (wanted.size() == most || since.filter(line.at()::isBefore).isPresent()) {
        break;
      }
      wanted.add(line);
    }
    return new Logs(instance, wanted.reversed(), wanted.size() == most);
  }
}
