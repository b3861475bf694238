package dev.headrace.delivery.flux;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LeanStoreTest {
  private static final String KEY = "somewhere/files";

  @Test
  void whatAWatchReadsIsKeptWithoutWhoWroteIt() {
    LeanStore<ConfigMap> store = LeanStore.withoutWriters();
    store.put(KEY, written());
    ConfigMap kept = store.get(KEY);
    assertThat(kept.getMetadata().getManagedFields()).isNullOrEmpty();
    assertThat(kept.getMetadata().getAnnotations()).containsEntry("note", "kept");
    assertThat(kept.getData()).containsEntry("main.py", "app");
  }

  @Test
  void whoWroteWhenIsKeptButNotWhichField() {
    LeanStore<ConfigMap> store = LeanStore.ofWriters();
    store.put(KEY, written());
    assertThat(store.get(KEY).getMetadata().getManagedFields())
        .singleElement()
        .satisfies(entry -> {
          assertThat(entry.getManager()).isEqualTo("kubectl");
          assertThat(entry.getOperation()).isEqualTo("Update");
          assertThat(entry.getTime()).isEqualTo("2026-11-21T12:00:00Z");
          assertThat(entry.getFieldsV1()).isNull();
        });
    assertThat(store.get(KEY).getMetadata().getLabels()).containsEntry("owner", "flux");
  }

  private static ConfigMap written() {
    ManagedFieldsEntry writer = new ManagedFieldsEntry();
    writer.setManager("kubectl");
    writer.setOperation("Update");
    writer.setTime("2026-11-21T12:00:00Z");
    FieldsV1 fields = new FieldsV1();
    fields.setAdditionalProperty("f:data", Map.of());
    writer.setFieldsV1(fields);
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withNamespace("somewhere")
        .withName("files")
        .addToLabels("owner", "flux")
        .addToAnnotations("note", "kept")
        .withManagedFields(writer)
        .endMetadata()
        .addToData("main.py", "app")
        .build();
  }
}
