package dev.headrace.cluster;

import dev.headrace.testbed.Checkout;
import dev.headrace.testbed.Testbed;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The project's own, which needs no container engine. */
record TestbedCluster(Testbed testbed, boolean keep) implements TestCluster {

  /**
   * @param keep to take one that is up already, and to leave it up
   */
  static TestbedCluster started(Checkout checkout, boolean keep) {
    Testbed testbed = new Testbed(checkout);
    testbed.up("--with-policies");
    return new TestbedCluster(testbed, keep);
  }

  @Override
  public List<String> kubectl(String... arguments) {
    return Testbed.kubectl(arguments);
  }

  @Override
  public List<String> entering(String... command) {
    return Testbed.enter(command);
  }

  @Override
  public List<String> containerd(String... arguments) {
    return entering(
        Stream.concat(Stream.of("ctr", "-n", "k8s.io"), Arrays.stream(arguments))
            .toArray(String[]::new));
  }

  @Override
  public Path kubeconfig() {
    return testbed.kubeconfig();
  }

  @Override
  public String node() {
    return Testbed.NODE;
  }

  @Override
  public HttpClient visitor() {
    return Testbed.visitor();
  }

  @Override
  public Set<String> refusals() {
    return Set.of("timed out");
  }

  @Override
  public Duration patience() {
    return Testbed.PATIENCE;
  }

  @Override
  public void close() {
    if (!keep) {
      testbed.run("down");
    }
  }
}
