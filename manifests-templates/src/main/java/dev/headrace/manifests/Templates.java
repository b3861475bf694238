package dev.headrace.manifests;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.tree.Node;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The templates of an app's files, parsed once. Values are only ever placed, never read as template
 * text. Safe for use by many threads.
 */
final class Templates {
  private static final long LARGEST_OUTPUT = 256 * 1024;

  private final JinjavaConfig config =
      JinjavaConfig.newBuilder()
          .withFailOnUnknownTokens(true)
          .withNestedInterpretationEnabled(false)
          .withTrimBlocks(true)
          .withLstripBlocks(true)
          .withKeepTrailingNewline(true)
          .withMaxOutputSize(LARGEST_OUTPUT)
          .withMaxRenderDepth(4)
          .withReadOnlyResolver(true)
          .build();
  private final Jinjava jinjava = new Jinjava(config);
  private final Map<String, Node> parsed = new HashMap<>();

  Templates(Collection<String> names) {
    jinjava.registerFilter(new YamlQuoting());
    names.forEach(name -> parsed.put(name, parse(name)));
  }

  /**
   * @throws IllegalStateException when the template asks for a value that is not there
   */
  String render(String name, Map<String, Object> values) {
    Node template = parsed.get(name);
    if (template == null) {
      throw new IllegalArgumentException(name + ": no such template");
    }
    JinjavaInterpreter interpreter = interpreter(values);
    try (var current = JinjavaInterpreter.closeablePushCurrent(interpreter).get()) {
      String text = current.value().render(template);
      check(name, interpreter.getErrorsCopy());
      return text;
    }
  }

  private Node parse(String name) {
    JinjavaInterpreter interpreter = interpreter(Map.of());
    try (var current = JinjavaInterpreter.closeablePushCurrent(interpreter).get()) {
      Node template = current.value().parse(read(name + ".j2"));
      check(name, interpreter.getErrorsCopy());
      return template;
    }
  }

  /** The global context is only read: copying it would register its whole library each time. */
  private JinjavaInterpreter interpreter(Map<String, Object> values) {
    return new JinjavaInterpreter(jinjava, new Context(jinjava.getGlobalContext(), values), config);
  }

  private static void check(String name, List<TemplateError> errors) {
    if (!errors.isEmpty()) {
      TemplateError first = errors.getFirst();
      throw new IllegalStateException(
          "template %s.j2, line %d: %s".formatted(name, first.getLineno(), first.getMessage()));
    }
  }

  private static String read(String resource) {
    try (InputStream in = Templates.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + ": not on the class path");
      }
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
