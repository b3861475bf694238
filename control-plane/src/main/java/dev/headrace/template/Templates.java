package dev.headrace.template;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** The starters that come with Headrace. */
@Component
public final class Templates {
  private static final String ADDED = "2026-11-21T00:00:00.000000Z";
  private static final int ID_DIGITS = 24;

  private final List<Template> all =
      List.of(
          single(
              "Hello World API",
              "The smallest FastAPI app: one greeting, one path parameter.",
              "hello_world.py",
              List.of("fastapi", "starter")),
          single(
              "TODO API",
              "Create, list, complete and delete todos; kept in memory.",
              "todo.py",
              List.of("fastapi", "crud")));

  Templates() {}

  public int count() {
    return all.size();
  }

  List<Template> all() {
    return all;
  }

  Optional<Template> find(String id) {
    return all.stream().filter(template -> template.id().equals(id)).findFirst();
  }

  private static Template single(String name, String description, String file, List<String> tags) {
    return new Template(
        id(name),
        name,
        description,
        read(file),
        "single",
        "fastapi",
        null,
        null,
        "simple",
        true,
        ADDED,
        tags,
        null,
        false,
        false);
  }

  /** Follows from the name, so that it is the same after every start. */
  private static String id(String name) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, ID_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String read(String file) {
    try (InputStream text = Templates.class.getResourceAsStream(file)) {
      if (text == null) {
        throw new IllegalStateException("template is missing: " + file);
      }
      return new String(text.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
