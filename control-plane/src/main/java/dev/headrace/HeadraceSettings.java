package dev.headrace;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Everything an operator may set.
 *
 * @param data holds {@code platform.git}, {@code mongo/}, {@code keys/} and {@code logs/}
 * @param bind address of both ports; beyond loopback only while signup is closed
 * @param port of the console and the API; 0 takes a free one
 * @param appsPort of the apps' reverse proxy; 0 takes a free one
 * @param mongoUri a MongoDB to use instead of the embedded one
 * @param signup whether anybody may create an account; the first account can always be created
 * @param startLimit how long an app may take from its start to its first answer
 * @param runner folder of the runner's Python package, with its virtual environment in {@code
 *     .venv}
 * @param engine what runs the apps
 * @param cluster only for the engine {@code flux}
 */
@ConfigurationProperties(prefix = "headrace", ignoreUnknownFields = false)
public record HeadraceSettings(
    Path data,
    @DefaultValue("127.0.0.1") InetAddress bind,
    @DefaultValue("8000") int port,
    @DefaultValue("8001") int appsPort,
    Optional<String> mongoUri,
    @DefaultValue("true") boolean signup,
    @DefaultValue("30s") Duration startLimit,
    Path runner,
    @DefaultValue("local") Engine engine,
    @DefaultValue Cluster cluster) {

  /** What makes the runtime equal to git's head. */
  public enum Engine {
    /** Processes of this machine. */
    LOCAL,
    /** A Kubernetes, through Flux. */
    FLUX
  }

  /**
   * Where things are in the cluster.
   *
   * @param systemNamespace Headrace's own, which also holds the wiring of tenants
   * @param namespacePattern the namespace of a tenant's apps; {@code {tenant}} is its owner's id
   * @param routerNamespace where Traefik runs
   * @param appsPerTenant what a tenant's quota has room for
   * @param deniedRanges CIDR blocks that apps cannot reach, besides private addresses
   * @param appDomain apps answer at {@code app-<id>.<appDomain>}
   * @param appsHost apps also answer below {@code /user/<owner>/app/<id>} of this host
   * @param entryPoint Traefik's entry point for apps
   * @param scheme of the apps' public addresses
   * @param runnerImage what apps run in
   * @param imagePullSecret the name of a Secret in the apps' namespaces
   * @param consoleHost the name of the page and the API; empty for any
   * @param artifactPrefix where kustomize-controller reaches {@code artifactsPort}; a stable name,
   *     because Flux keeps it
   * @param artifactsPort apps' directories are served here, to kustomize-controller alone
   * @param route where Headrace reaches Traefik's entry point, to see what an app's address answers
   */
  public record Cluster(
      @DefaultValue("headrace-system") String systemNamespace,
      @DefaultValue("headrace-{tenant}") String namespacePattern,
      @DefaultValue("traefik") String routerNamespace,
      @DefaultValue("20") int appsPerTenant,
      @DefaultValue List<String> deniedRanges,
      @DefaultValue("localhost") String appDomain,
      @DefaultValue("localhost") String appsHost,
      @DefaultValue("web") String entryPoint,
      @DefaultValue("http") String scheme,
      @DefaultValue("headrace-runner:0.1.0") String runnerImage,
      Optional<String> imagePullSecret,
      Optional<String> consoleHost,
      @DefaultValue("http://headrace-artifacts.headrace-system.svc.cluster.local./artifacts/v1/")
          String artifactPrefix,
      @DefaultValue("8002") int artifactsPort,
      @DefaultValue("http://traefik.traefik.svc.cluster.local.") URI route) {}

  private static final Set<String> THIS_MACHINE =
      Set.of("localhost", "127.0.0.1", "[::1]", "::1", "[0:0:0:0:0:0:0:1]", "0:0:0:0:0:0:0:1");

  /**
   * Whether a request may name this host. What listens on loopback has this machine's own names
   * only: a page elsewhere that has its own name resolve to loopback would otherwise count as ours.
   */
  public boolean isKnownHost(String host) {
    if (!bind.isLoopbackAddress()) {
      return cluster.consoleHost().map(host::equals).orElse(true);
    }
    return THIS_MACHINE.contains(host) || host.equals(bind.getHostAddress());
  }

  /** The address as a URL has it. */
  public static String urlHost(InetAddress address) {
    return address instanceof Inet6Address
        ? "[" + address.getHostAddress() + "]"
        : address.getHostAddress();
  }

  public Path repository() {
    return data.resolve("platform.git");
  }

  public Path mongo() {
    return data.resolve("mongo");
  }

  public Path keys() {
    return data.resolve("keys");
  }

  public Path python() {
    return runner.resolve(".venv/bin/python");
  }
}
