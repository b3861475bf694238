package dev.headrace.manifests;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.Filter;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The one way of a value into YAML: {@code {{ value | yaml }}}. Strings come out double-quoted and
 * in ASCII, maps and lists in flow style, always on one line; a value of any other type fails.
 */
final class YamlQuoting implements Filter {
  static final String NAME = "yaml";

  @Override
  public String getName() {
    return NAME;
  }

  @Override
  public Object filter(
      @Nullable Object value, JinjavaInterpreter interpreter, String... arguments) {
    return quote(value);
  }

  static String quote(@Nullable Object value) {
    return switch (value) {
      case String text -> quoteText(text);
      case Integer number -> number.toString();
      case Long number -> number.toString();
      case List<?> list ->
          list.stream().map(YamlQuoting::quote).collect(Collectors.joining(", ", "[", "]"));
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> quote(entry.getKey()) + ": " + quote(entry.getValue()))
              .collect(Collectors.joining(", ", "{", "}"));
      case null -> throw new IllegalArgumentException("value: null (expected: a value)");
      default ->
          throw new IllegalArgumentException(
              "value: "
                  + value.getClass().getName()
                  + " (expected: a string, whole number, list or map)");
    };
  }

  private static String quoteText(String text) {
    StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
    text.codePoints()
        .forEach(point -> {
          if (point == '"' || point == '\\') {
            quoted.append('\\').append((char) point);
          } else if (point >= ' ' && point <= '~') {
            quoted.append((char) point);
          } else if (point <= 0xFFFF) {
            quoted.append(String.format("\\u%04x", point));
          } else {
            quoted.append(String.format("\\U%08x", point));
          }
        });
    return quoted.append('"').toString();
  }
}
