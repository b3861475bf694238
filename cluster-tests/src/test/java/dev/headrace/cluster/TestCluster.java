package dev.headrace.cluster;

import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * A Kubernetes of one node that the suite has started for itself. Its node has the project's images
 * and obeys network policies; nothing is installed yet. Commands are called in the checkout.
 */
sealed interface TestCluster extends AutoCloseable permits TestbedCluster, K3sCluster {
  /** As the cluster's admin. */
  List<String> kubectl(String... arguments);

  /**
   * A program in the node's network, as root, that sees the node's volumes and this machine's
   * temporary files.
   */
  List<String> entering(String... command);

  /** The node's containerd, with what Kubernetes has there. */
  List<String> containerd(String... arguments);

  /** Of the cluster's admin, in JSON. */
  Path kubeconfig();

  /** The node's address, as pods reach it. */
  String node();

  /** Reaches the console and every app by Traefik, whatever their names resolve to. */
  HttpClient visitor();

  /** What a program may be told that tries to connect where a network policy does not let it. */
  Set<String> refusals();

  /** How long a Deployment may take, with the images that the node has to fetch. */
  Duration patience();

  @Override
  void close();
}
