package dev.headrace.manifests;

import static dev.headrace.manifests.SettingRules.LABEL;
import static dev.headrace.manifests.SettingRules.TENANT;
import static dev.headrace.manifests.SettingRules.isName;
import static dev.headrace.manifests.SettingRules.require;
import static dev.headrace.manifests.SettingRules.requireNamespacePattern;

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

  private static final Pattern HOST = Pattern.compile(LABEL + "(\\." + LABEL + ")*");
  private static final Pattern IMAGE = Pattern.compile("[a-z0-9][A-Za-z0-9._/:@-]{0,254}");

  /**
   * @throws IllegalArgumentException on the first value that is not allowed
   */
  public RenderSettings {
    requireNamespacePattern(namespacePattern);
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
}
