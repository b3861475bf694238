package dev.headrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * The fields of an object, neither more nor fewer, in the contract's own words: {@code "name str;
 * last_error str/null"}.
 */
record Shape(Map<String, List<String>> fields) {
  static Shape of(String... descriptions) {
    Map<String, List<String>> fields = new LinkedHashMap<>();
    for (String field : String.join("; ", descriptions).split("; ", -1)) {
      String[] words = field.split(" ", -1);
      fields.put(words[0], List.of(words[1].split("/")));
    }
    return new Shape(fields);
  }

  /** The same object, for going on with its values. */
  JsonNode fits(JsonNode object) {
    assertThat(object.propertyNames())
        .as(object.toString())
        .containsExactlyInAnyOrderElementsOf(fields.keySet());
    fields.forEach((name, types) ->
        assertThat(type(object.path(name))).as("%s of %s", name, object).isIn(types));
    return object;
  }

  private static String type(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> "str";
      case BOOLEAN -> "bool";
      case NUMBER -> value.isIntegralNumber() ? "int" : "float";
      case ARRAY -> "list";
      case OBJECT -> "map";
      case NULL -> "null";
      default -> "missing";
    };
  }
}
