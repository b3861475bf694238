package dev.headrace.delivery.flux;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a watch keeps of its objects: not which field was written by whom, which is most of a small
 * object and read by nobody here.
 */
final class LeanStore<T extends HasMetadata> extends BasicItemStore<T> {
  private final Consumer<ObjectMeta> leaveOut;

  private LeanStore(Consumer<ObjectMeta> leaveOut) {
    super(Cache::metaNamespaceKeyFunc);
    this.leaveOut = leaveOut;
  }

  static <T extends HasMetadata> LeanStore<T> withoutWriters() {
    return new LeanStore<>(metadata -> metadata.setManagedFields(null));
  }

  /** Labels, and who wrote when, as far as {@link ForeignWrites} asks. */
  static <T extends HasMetadata> LeanStore<T> ofWriters() {
    return new LeanStore<>(metadata -> {
      metadata.setAnnotations(null);
      metadata.getManagedFields().forEach(ForeignWrites::condense);
    });
  }

  @Override
  public @Nullable T put(String key, T object) {
    leaveOut.accept(object.getMetadata());
    return super.put(key, object);
  }
}
