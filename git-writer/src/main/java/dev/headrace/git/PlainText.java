package dev.headrace.git;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A person's text made fit for one line, or for indented lines, of a commit. */
final class PlainText {

  private static final Pattern LINE_END = Pattern.compile("\\R");
  private static final int REPLACEMENT = 0xFFFD;

  private PlainText() {}

  /** One line that is never empty; what could break, reorder or hide text is replaced. */
  static String name(String text) {
    String line = line(text).strip();
    return line.isEmpty() ? "(unnamed)" : line;
  }

  /** A name that git accepts between the start of an author line and the address. */
  static String person(String text) {
    return name(text.replace('<', '\u2039').replace('>', '\u203A'));
  }

  /** The lines of a longer text, without blank lines at either end; empty if nothing is left. */
  static Optional<String> paragraphs(String text) {
    List<String> lines = new ArrayList<>();
    for (String line : LINE_END.split(text, -1)) {
      lines.add(line(line.replace('\t', ' ')).stripTrailing());
    }
    while (!lines.isEmpty() && lines.getFirst().isBlank()) {
      lines.removeFirst();
    }
    while (!lines.isEmpty() && lines.getLast().isBlank()) {
      lines.removeLast();
    }
    return lines.isEmpty() ? Optional.empty() : Optional.of(String.join("\n", lines));
  }

  private static String line(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints().forEach(point -> safe.appendCodePoint(misleads(point) ? REPLACEMENT : point));
    return safe.toString();
  }

  /** Controls, line ends of any alphabet, bidirectional and invisible marks, broken pairs. */
  static boolean misleads(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }
}
