package dev.headrace.checks;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** google-java-format over every Java file below a folder. */
public final class Format {
  private static final Formatter FORMATTER = new Formatter();

  private Format() {}

  /** Files whose text differs from what the formatter would write. */
  public static List<Path> unformatted(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(Format::isSource)
          .filter(file -> !read(file).equals(formatted(file)))
          .sorted()
          .toList();
    }
  }

  private static boolean isSource(Path file) {
    String path = file.toString();
    return path.endsWith(".java")
        && !path.contains("/target/")
        && !path.contains("/node_modules/")
        && !path.contains("/.venv");
  }

  private static String formatted(Path file) {
    try {
      String ordered = ImportOrderer.reorderImports(read(file), Style.GOOGLE);
      return FORMATTER.formatSource(RemoveUnusedImports.removeUnusedImports(ordered));
    } catch (FormatterException e) {
      throw new IllegalStateException(file + ": " + e.getMessage(), e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static void main(String[] args) throws IOException {
    if (args.length != 2 || !args[0].equals("--apply")) {
      throw new IllegalArgumentException("usage: Format --apply DIR");
    }
    for (Path file : unformatted(Path.of(args[1]))) {
      Files.writeString(file, formatted(file));
      System.out.println("formatted " + file);
    }
  }
}
