package dev.headrace.delivery.flux;

import java.util.Map;

/** The labels by which objects of the cluster are found. */
final class Labels {
  /** On an app's wiring. */
  static final String APP = "headrace.dev/app";

  /** On a tenant's wiring and namespace. */
  static final String TENANT = "headrace.dev/tenant";

  /** On what an app's directory renders. */
  static final String RENDERED_APP = "app-id";

  /** On all wiring. */
  static final Map<String, String> WIRING = Map.of("app.kubernetes.io/managed-by", "headrace");

  private Labels() {}
}
