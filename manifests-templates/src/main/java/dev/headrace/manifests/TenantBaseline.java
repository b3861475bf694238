package dev.headrace.manifests;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant's namespace holds before any app: itself, who may do what in it, and how much. The
 * same input always gives the same bytes. Safe for use by many threads; make one and keep it.
 */
public final class TenantBaseline {
  private static final String FOLDER = "tenant/";
  private static final Set<String> FILES =
      new TreeSet<>(
          Set.of(
              "kustomization.yaml",
              "namespace.yaml",
              "serviceaccount.yaml",
              "rolebindings.yaml",
              "resourcequota.yaml",
              "limitrange.yaml",
              "networkpolicies.yaml"));

  private static final Pattern TENANT = Pattern.compile("[0-9a-f]{24}");

  private final TenantSettings settings;
  private final Templates templates =
      new Templates(FILES.stream().map(file -> FOLDER + file).toList());

  public TenantBaseline(TenantSettings settings) {
    this.settings = settings;
  }

  /**
   * The files of the tenant's directory, read back and compared before they are returned.
   *
   * @param tenant by {@link TenantSettings#tenant}
   * @throws IllegalArgumentException if there is no such tenant
   */
  public SortedMap<String, byte[]> render(String tenant) {
    boolean known =
        settings.isShared()
            ? tenant.equals(TenantSettings.EVERYBODY)
            : TENANT.matcher(tenant).matches();
    SettingRules.require(
        known,
        "tenant",
        tenant,
        settings.isShared() ? TenantSettings.EVERYBODY : "24 lower-case hex digits");
    SortedMap<String, byte[]> files = write(values(tenant));
    check(files, tenant);
    return files;
  }

  private SortedMap<String, byte[]> write(Map<String, Object> values) {
    SortedMap<String, byte[]> files = new TreeMap<>();
    FILES.forEach(file -> files.put(file, templates.render(FOLDER + file, values).getBytes(UTF_8)));
    return files;
  }

  /** By the names that the templates use. */
  private Map<String, Object> values(String tenant) {
    TenantQuota quota = settings.quota();
    return Map.ofEntries(
        Map.entry("tenant", tenant),
        Map.entry("namespace", settings.namespace(tenant)),
        Map.entry("systemNamespace", settings.systemNamespace()),
        Map.entry("routerNamespace", settings.routerNamespace()),
        Map.entry("pods", String.valueOf(quota.pods())),
        Map.entry("requestedCpu", quota.requestedCpuMillis() + "m"),
        Map.entry("requestedMemory", quota.requestedMemoryMebibytes() + "Mi"),
        Map.entry("cpu", quota.cpuMillis() + "m"),
        Map.entry("memory", quota.memoryMebibytes() + "Mi"),
        Map.entry("requests", Resources.requests()),
        Map.entry("limits", Resources.SMALL.limits()),
        Map.entry("most", Resources.LARGE.limits()),
        Map.entry("deniedIpv4", settings.deniedIpv4()),
        Map.entry("deniedIpv6", settings.deniedIpv6()));
  }

  /**
   * Compares with the same templates around values that are letters only: as YAML reads them, the
   * files must be those with each value in its place.
   *
   * @throws IllegalStateException when the files say anything else
   */
  void check(SortedMap<String, byte[]> files, String tenant) {
    Map<String, Object> values = values(tenant);
    Map<String, String> marks =
        values.keySet().stream().collect(Collectors.toMap(name -> "mark" + name, name -> name));
    Map<String, Object> marked =
        marks.entrySet().stream().collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
    write(marked)
        .forEach((file, bytes) -> {
          List<?> meant =
              Yaml.parseAll(file, bytes).stream()
                  .map(document -> filled(document.value(), marks, values))
                  .toList();
          List<?> found =
              Yaml.parseAll(file, files.getOrDefault(file, new byte[0])).stream()
                  .map(Yaml::value)
                  .toList();
          if (!found.equals(meant)) {
            throw new IllegalStateException(
                "rendered " + file + ": " + found + " (expected: " + meant + ")");
          }
        });
  }

  private static @Nullable Object filled(
      @Nullable Object node, Map<String, String> marks, Map<String, Object> values) {
    return switch (node) {
      case String text when marks.containsKey(text) -> values.get(marks.get(text));
      case Map<?, ?> map -> {
        Map<Object, @Nullable Object> filled = new HashMap<>();
        map.forEach((key, below) -> filled.put(key, filled(below, marks, values)));
        yield filled;
      }
      case List<?> list -> list.stream().map(item -> filled(item, marks, values)).toList();
      case null, default -> node;
    };
  }
}
