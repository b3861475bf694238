package dev.headrace.manifests;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parsed YAML as JSON. */
final class Json {
  private Json() {}

  static String of(@Nullable Object value) {
    return switch (value) {
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> text(String.valueOf(entry.getKey())) + ":" + of(entry.getValue()))
              .collect(joining(",", "{", "}"));
      case List<?> list -> list.stream().map(Json::of).collect(joining(",", "[", "]"));
      case String text -> text(text);
      case null -> "null";
      default -> value.toString();
    };
  }

  private static String text(String text) {
    return text.chars()
        .mapToObj(unit ->
            unit == '"' || unit == '\\' || unit < ' '
                ? String.format("\\u%04x", unit)
                : String.valueOf((char) unit))
        .collect(joining("", "\"", "\""));
  }
}
