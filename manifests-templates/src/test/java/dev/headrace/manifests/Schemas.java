package dev.headrace.manifests;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** What Kubernetes, Traefik and kustomize accept, by kind. */
final class Schemas {
  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_4);

  private static final JsonMapper JSON = new JsonMapper();

  private final Map<String, Schema> byKind = new HashMap<>();

  /** What is wrong with an object; nothing when it is valid. */
  List<String> complaints(String kind, Yaml object) {
    return byKind
        .computeIfAbsent(kind, Schemas::load)
        .validate(JSON.writeValueAsString(object.value()), InputFormat.JSON)
        .stream()
        .map(Object::toString)
        .toList();
  }

  private static Schema load(String kind) {
    try (InputStream in = Schemas.class.getResourceAsStream("/schemas/" + kind + ".json")) {
      if (in == null) {
        throw new IllegalArgumentException("kind: " + kind + " (expected: one with a schema)");
      }
      return REGISTRY.getSchema(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
