package dev.headrace.delivery.flux;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;

/** Asks the API server to leave out everything of an object but its metadata. */
final class MetadataOnly implements Interceptor {
  private static final String LIST =
      "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
  private static final String WATCH =
      "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

  private MetadataOnly() {}

  static KubernetesClient client() {
    return new KubernetesClientBuilder()
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
