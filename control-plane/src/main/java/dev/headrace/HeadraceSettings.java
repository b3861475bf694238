package dev.headrace;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
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
    Path runner) {

  private static final Set<String> THIS_MACHINE =
      Set.of("localhost", "127.0.0.1", "[::1]", "::1", "[0:0:0:0:0:0:0:1]", "0:0:0:0:0:0:0:1");

  /**
   * Whether a request may name this host. What listens on loopback has this machine's own names
   * only: a page elsewhere that has its own name resolve to loopback would otherwise count as ours.
   */
  public boolean isKnownHost(String host) {
    return !bind.isLoopbackAddress()
        || THIS_MACHINE.contains(host)
        || host.equals(bind.getHostAddress());
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
