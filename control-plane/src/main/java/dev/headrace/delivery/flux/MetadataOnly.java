package dev.headrace.delivery.flux;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;

/** Asks the API server to leave out everything of an object but its metadata. */
final class MetadataOnly implements Interceptor {
  private static final String LIST =
      "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
  private static final String WATCH =
      "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

  private MetadataOnly() {}

  static KubernetesClient client() {
    ObjectMapper json = new ObjectMapper();
    // A list of nothing is null here, where fabric8 expects an empty one.
    var _ =
        json.configOverride(List.class)
            .setSetterInfo(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY));
    return new KubernetesClientBuilder()
        .withKubernetesSerialization(new KubernetesSerialization(json, true))
        .withHttpClientBuilderConsumer(
            builder -> builder.addOrReplaceInterceptor("metadata-only", new MetadataOnly()))
        .build();
  }

  @Override
  public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
    boolean watch = String.valueOf(request.uri().getQuery()).contains("watch=true");
    var _ = builder.setHeader("Accept", watch ? WATCH : LIST);
  }
}
