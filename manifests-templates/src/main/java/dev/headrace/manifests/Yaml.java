package dev.headrace.manifests;

import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.constructor.StandardConstructor;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * A value in a YAML file together with the place where it stands, so that whatever is wrong with it
 * is said with that place. Every reading method throws {@link InvalidSpec}.
 */
record Yaml(String place, @Nullable Object value) {
  private static final int MOST_CHARACTERS = 256 * 1024;
  private static final LoadSettings SETTINGS =
      LoadSettings.builder()
          .setCodePointLimit(MOST_CHARACTERS)
          .setMaxAliasesForCollections(0)
          .setAllowDuplicateKeys(false)
          .setAllowRecursiveKeys(false)
          .setAllowNonScalarKeys(false)
          .build();

  /** One document of plain maps, lists and scalars: no aliases, no tags, not deep. */
  static Yaml parse(String file, byte[] bytes) {
    return read(file, bytes, documents -> value(file, documents.getSingleNode()));
  }

  /** The documents of a file, each as plain as one alone would have to be. */
  static List<Yaml> parseAll(String file, byte[] bytes) {
    return read(
        file,
        bytes,
        documents -> {
          List<Yaml> all = new ArrayList<>();
          documents.forEachRemaining(node -> all.add(value(file, Optional.of(node))));
          return all;
        });
  }

  private static Yaml value(String file, Optional<Node> document) {
    return new Yaml(file, new StandardConstructor(SETTINGS).constructSingleDocument(document));
  }

  private static <T> T read(String file, byte[] bytes, Function<Composer, T> reading) {
    try {
      return reading.apply(
          new Composer(SETTINGS, new PlainEvents(file, SETTINGS, Text.decode(bytes))));
    } catch (CharacterCodingException e) {
      throw new InvalidSpec(file, bytes.length + " bytes", "text in UTF-8");
    } catch (YamlEngineException e) {
      throw new InvalidSpec(file, problem(e), "one document of plain YAML");
    }
  }

  private static String problem(YamlEngineException e) {
    return e instanceof MarkedYamlEngineException marked && marked.getProblemMark().isPresent()
        ? "line " + (marked.getProblemMark().get().getLine() + 1) + ": " + marked.getProblem()
        : String.valueOf(e.getMessage());
  }

  Yaml at(String key) {
    return find(key)
        .orElseThrow(() -> new InvalidSpec(below(key), "nothing", "a value, which is required"));
  }

  Optional<Yaml> find(String key) {
    Object found = map().get(key);
    return found == null ? Optional.empty() : Optional.of(new Yaml(below(key), found));
  }

  /** Refuses keys that are not among these. */
  Yaml only(String... keys) {
    Set<String> known = Set.of(keys);
    for (Object key : map().keySet()) {
      if (!known.contains(String.valueOf(key))) {
        throw new InvalidSpec(
            place, String.valueOf(key), "only " + String.join(", ", keys) + " here");
      }
    }
    return this;
  }

  String text() {
    if (value instanceof String text) {
      return text;
    }
    throw wrong("a string; put it in quotes");
  }

  int integer() {
    if (value instanceof Integer number) {
      return number;
    }
    throw wrong("a whole number");
  }

  List<Yaml> items() {
    if (!(value instanceof List<?> list)) {
      throw wrong("a list");
    }
    List<Yaml> items = new ArrayList<>();
    for (Object item : list) {
      items.add(new Yaml(place + "[" + items.size() + "]", item));
    }
    return items;
  }

  /** The item of a list of maps whose {@code name} is this. */
  Yaml named(String name) {
    return items().stream()
        .filter(item -> item.at("name").text().equals(name))
        .findFirst()
        .orElseThrow(() -> wrong("an item with the name " + name));
  }

  TreeMap<String, String> texts() {
    TreeMap<String, String> texts = new TreeMap<>();
    map().keySet().forEach(key -> texts.put(String.valueOf(key), at(String.valueOf(key)).text()));
    return texts;
  }

  private Map<?, ?> map() {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw wrong("a map");
  }

  private String below(String key) {
    return place.contains(" ") ? place + "." + key : place + " " + key;
  }

  InvalidSpec wrong(String expected) {
    return new InvalidSpec(place, String.valueOf(value), expected);
  }
}
