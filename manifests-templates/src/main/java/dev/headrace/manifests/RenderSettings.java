package dev.headrace.manifests;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the operator decides for every app.
 *
 * @param namespacePattern the namespace of an app; {@code {tenant}} stands for its owner's id, a
 *     pattern without it gives one shared namespace
 * @param appDomain apps answer at {@code app-<id>.<appDomain>}
 * @param appsHost apps also answer below {@code /user/<owner>/app/<id>} of this host
 * @param entryPoint Traefik's entry point for apps
 * @param imagePullSecret the name of a Secret in the app's namespace
 */
public record RenderSettings(
    String namespacePattern,
    String appDomain,
    String appsHost,
    String entryPoint,
    String runnerImage,
    Optional<String> imagePullSecret) {

  private static final String TENANT = "{tenant}";
  private static final String LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?";
  private static final Pattern NAME = Pattern.compile(LABEL);
  private static final Pattern HOST = Pattern.compile(LABEL + "(\\." + LABEL + ")*");
  private static final Pattern IMAGE = Pattern.compile("[a-z0-9][A-Za-z0-9._/:@-]{0,254}");
  private static final int LONGEST_NAME = 63;

  /**
   * @throws IllegalArgumentException on the first value that is not allowed
   */
  public RenderSettings {
    String namespace = namespacePattern.replace(TENANT, "0".repeat(24));
    require(
        isName(namespace),
        "namespacePattern",
        namespacePattern,
        "a Kubernetes namespace, with {tenant} where it should differ by owner");
    require(HOST.matcher(appDomain).matches(), "appDomain", appDomain, "a lower-case host name");
    require(HOST.matcher(appsHost).matches(), "appsHost", appsHost, "a lower-case host name");
    require(
        isName(entryPoint), "entryPoint", entryPoint, "the name of one of Traefik's entry points");
    require(IMAGE.matcher(runnerImage).matches(), "runnerImage", runnerImage, "an image reference");
    imagePullSecret.ifPresent(
        secret -> require(isName(secret), "imagePullSecret", secret, "the name of a Secret"));
  }

  String namespace(String ownerId) {
    return namespacePattern.replace(TENANT, ownerId);
  }

  private static boolean isName(String value) {
    return value.length() <= LONGEST_NAME && NAME.matcher(value).matches();
  }

  private static void require(boolean holds, String field, String value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(field + ": " + value + " (expected: " + expected + ")");
    }
  }
}
