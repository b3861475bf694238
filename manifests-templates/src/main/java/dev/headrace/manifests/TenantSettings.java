package dev.headrace.manifests;

import static dev.headrace.manifests.SettingRules.TENANT;
import static dev.headrace.manifests.SettingRules.isName;
import static dev.headrace.manifests.SettingRules.require;
import static dev.headrace.manifests.SettingRules.requireNamespacePattern;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;

/**
 * What the operator decides for every tenant.
 *
 * <p>A tenant is whoever shares a namespace. Usually that is one user. Where the pattern gives one
 * namespace for all, all users are one tenant, {@link #EVERYBODY}: with a baseline for each user,
 * the removal of one user would take the namespace from all others.
 *
 * @param namespacePattern as in {@link RenderSettings}
 * @param systemNamespace where Headrace itself runs
 * @param routerNamespace where Traefik runs, the only place from where apps are reached
 * @param deniedRanges what apps cannot reach, as CIDR blocks of IPv4 and IPv6: at least what is
 *     private, and the API server's address where that is public
 */
public record TenantSettings(
    String namespacePattern,
    String systemNamespace,
    String routerNamespace,
    TenantQuota quota,
    List<String> deniedRanges) {

  /** The one tenant of a shared namespace. */
  public static final String EVERYBODY = "0".repeat(24);

  /** Private, shared, link-local, loopback, benchmarking and multicast addresses. */
  public static final List<String> PRIVATE_RANGES =
      List.of(
          "10.0.0.0/8",
          "100.64.0.0/10",
          "127.0.0.0/8",
          "169.254.0.0/16",
          "172.16.0.0/12",
          "192.168.0.0/16",
          "198.18.0.0/15",
          "224.0.0.0/4",
          "64:ff9b::/96",
          "fc00::/7",
          "fe80::/10",
          "ff00::/8");

  /**
   * @throws IllegalArgumentException on the first value that is not allowed
   */
  public TenantSettings {
    requireNamespacePattern(namespacePattern);
    require(isName(systemNamespace), "systemNamespace", systemNamespace, "a Kubernetes namespace");
    require(isName(routerNamespace), "routerNamespace", routerNamespace, "a Kubernetes namespace");
    deniedRanges = List.copyOf(deniedRanges);
    for (String range : deniedRanges) {
      require(isRange(range), "deniedRanges", range, "a CIDR block such as 10.0.0.0/8");
    }
  }

  /** The tenant that a user's apps belong to. */
  public String tenant(String ownerId) {
    return isShared() ? EVERYBODY : ownerId;
  }

  /** The namespace that a tenant's apps run in. */
  public String namespace(String tenant) {
    return namespacePattern.replace(TENANT, tenant);
  }

  boolean isShared() {
    return !namespacePattern.contains(TENANT);
  }

  List<String> deniedIpv4() {
    return deniedRanges.stream().filter(range -> !range.contains(":")).toList();
  }

  List<String> deniedIpv6() {
    return deniedRanges.stream().filter(range -> range.contains(":")).toList();
  }

  /** A block that is smaller than all addresses, as an exception from all must be. */
  private static boolean isRange(String text) {
    int slash = text.indexOf('/');
    String literal = text.substring(0, Math.max(slash, 0));
    try {
      InetAddress address = InetAddress.ofLiteral(literal);
      int bits = Integer.parseInt(text.substring(slash + 1));
      return address instanceof Inet4Address
          ? address.getHostAddress().equals(literal) && bits >= 1 && bits <= 32
          : !literal.contains("%") && bits >= 1 && bits <= 128;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
