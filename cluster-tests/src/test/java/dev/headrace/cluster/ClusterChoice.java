package dev.headrace.cluster;

import dev.headrace.testbed.Checkout;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Which cluster the suite runs on: {@code -Dcluster.on}, the testbed unless it says otherwise. */
enum ClusterChoice {
  TESTBED,
  K3S;

  private static final String SWITCH = "cluster.on";

  static ClusterChoice made() {
    return of(System.getProperty(SWITCH, TESTBED.word()));
  }

  static ClusterChoice of(String word) {
    return Arrays.stream(values())
        .filter(choice -> choice.word().equals(word))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "-D%s=%s names no cluster that the suite runs on (expected: %s)"
                    .formatted(
                        SWITCH,
                        word,
                        Arrays.stream(values())
                            .map(ClusterChoice::word)
                            .collect(Collectors.joining(" or ")))));
  }

  private String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns when it has a node that has the project's images.
   *
   * @param keep to take a testbed that is up already, and to leave it up
   */
  TestCluster started(Checkout checkout, boolean keep) {
    if (keep && this == K3S) {
      throw new IllegalArgumentException(
          "-Dcluster.keep=true is of no use with -Dcluster.on=k3s: a K3s container ends with the"
              + " tests. Leave out one of the two.");
    }
    System.out.printf("The suite runs on: %s%n", word());
    return switch (this) {
      case TESTBED -> TestbedCluster.started(checkout, keep);
      case K3S -> K3sCluster.started(checkout);
    };
  }
}
