package dev.headrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the shipped network policies let connect, tried from inside. */
@ExtendWith(InstalledCluster.Installed.class)
class NetworkPoliciesOnClusterTest {
  private static final String CONNECTED = "connected";

  /** Of the documentation's, which nobody has: it stands for the internet. */
  private static final String INTERNET = "203.0.113.7";

  private static final int KUBELET = 10250;
  private static final int ANY_PORT = 9080;

  /** An app that tries whatever it is asked to. */
  private static final String TRIES =
      """
      from http import client

      from fastapi import FastAPI

      app = FastAPI()


      @app.get("/connect")
      def connect(host: str, port: int):
          try:
              client.HTTPConnection(host, port, timeout=2).connect()
              return "connected"
          except OSError as e:
              return str(e)


      @app.get("/resolve")
      def resolve(name: str):
          return client.socket.gethostbyname(name)
      """;

  private final InstalledCluster cluster;

  NetworkPoliciesOnClusterTest(InstalledCluster cluster) {
    this.cluster = cluster;
  }

  @Test
  void anAppReachesNeitherOtherAppsNorThePlatformNorTheNode() throws Exception {
    Person tenant = cluster.somebody();
    DeployedApp app = tries(tenant);
    DeployedApp neighbour = tries(tenant);
    DeployedApp stranger = tries(cluster.somebody());
    String headrace =
        cluster.address(InstalledCluster.SYSTEM, "app.kubernetes.io/name", "headrace");
    doesNotConnect(app, address(stranger), 8000);
    doesNotConnect(app, address(neighbour), 8000);
    doesNotConnect(app, headrace, 8000);
    doesNotConnect(app, headrace, 8002);
    doesNotConnect(app, service(InstalledCluster.SYSTEM, "headrace-artifacts"), 80);
    doesNotConnect(app, service("default", "kubernetes"), 443);
    doesNotConnect(app, cluster.node(), 6443);
    doesNotConnect(app, cluster.node(), KUBELET);
    doesNotConnect(app, cluster.node(), 80);
  }

  @Test
  void anAppReachesNamesAndTheInternet() throws Exception {
    DeployedApp app = tries(cluster.somebody());
    assertThat(asks(app, "/resolve?name=headrace.headrace-system.svc.cluster.local"))
        .isEqualTo(service(InstalledCluster.SYSTEM, "headrace"));
    try (var _ = new Listener(cluster, INTERNET, ANY_PORT)) {
      assertThat(connects(app, INTERNET, ANY_PORT)).isEqualTo(CONNECTED);
    }
  }

  /** Nobody but Traefik, and Flux; from a namespace without any policy of its own. */
  @Test
  @Timeout(value = 4, unit = TimeUnit.MINUTES)
  void nobodyElseReachesAppsArtifactsOrFlux() throws Exception {
    DeployedApp app = tries(cluster.somebody());
    try (Passenger passenger = new Passenger(cluster.kubernetes())) {
      assertThat(passenger.connects(cluster.node(), 6443)).isTrue();
      assertThat(passenger.connects(address(app), 8000)).isFalse();
      String headrace =
          cluster.address(InstalledCluster.SYSTEM, "app.kubernetes.io/name", "headrace");
      assertThat(passenger.connects(headrace, 8000)).isFalse();
      assertThat(passenger.connects(headrace, 8002)).isFalse();
      assertThat(
              passenger.connects(cluster.address("flux-system", "app", "source-controller"), 9090))
          .isFalse();
    }
  }

  private static DeployedApp tries(Person person) throws Exception {
    DeployedApp app = person.deploy("tries " + System.nanoTime(), TRIES);
    app.awaitLive(1);
    return app;
  }

  private String address(DeployedApp app) throws InterruptedException {
    return cluster.address(app.namespace(), "app-id", app.id());
  }

  private String service(String namespace, String name) {
    return cluster
        .kubernetes()
        .services()
        .inNamespace(namespace)
        .withName(name)
        .require()
        .getSpec()
        .getClusterIP();
  }

  private void doesNotConnect(DeployedApp app, String host, int port) throws Exception {
    assertThat(connects(app, host, port))
        .as("%s to %s:%d", app.id(), host, port)
        .isIn(cluster.refusals());
  }

  private static String connects(DeployedApp app, String host, int port) throws Exception {
    return asks(
        app,
        "/connect?host=%s&port=%d"
            .formatted(URLEncoder.encode(host, StandardCharsets.UTF_8), port));
  }

  private static String asks(DeployedApp app, String path) throws InterruptedException {
    return app.author().api().text(app.url() + path).replace("\"", "");
  }
}
