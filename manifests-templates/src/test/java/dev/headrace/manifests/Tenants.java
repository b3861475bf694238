package dev.headrace.manifests;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;

/** Baselines and settings that tests begin from. */
final class Tenants {
  static final TenantSettings SETTINGS = settings("headrace-{tenant}");

  private Tenants() {}

  static TenantSettings settings(String namespacePattern) {
    return new TenantSettings(
        namespacePattern,
        "headrace-system",
        "traefik",
        TenantQuota.of(20, Resources.SMALL),
        TenantSettings.PRIVATE_RANGES);
  }

  static List<Yaml> objects(SortedMap<String, byte[]> files) {
    return files.entrySet().stream()
        .filter(file -> !file.getKey().equals("kustomization.yaml"))
        .flatMap(file -> Yaml.parseAll(file.getKey(), file.getValue()).stream())
        .toList();
  }

  /** Whom each role is bound to, as namespace/name. */
  static Map<String, String> subjects(List<Yaml> objects) {
    return objects.stream()
        .filter(object -> object.at("kind").text().equals("RoleBinding"))
        .collect(
            Collectors.toMap(
                binding -> binding.at("roleRef").at("name").text(),
                binding ->
                    binding.at("subjects").items().stream()
                        .map(who -> who.at("namespace").text() + "/" + who.at("name").text())
                        .collect(Collectors.joining(","))));
  }
}
