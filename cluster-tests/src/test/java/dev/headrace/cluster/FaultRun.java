package dev.headrace.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Random;

/** Something that breaks and is mended while people deploy, and what must hold afterwards. */
final class FaultRun implements AutoCloseable {
  /** A route that hangs is looked at again soon: what it answers first is to be seen in time. */
  private static final Duration LOOK_LIMIT = Duration.ofSeconds(1);

  private static final int BEFORE = 4;

  private final InstalledCluster cluster;
  private final String fault;
  private final long seed = Long.getLong("cluster.seed", new Random().nextInt(1_000_000));
  private final RouteSamples routes;
  private final DeployStream stream;

  private FaultRun(InstalledCluster cluster, String fault) throws InterruptedException {
    this.cluster = cluster;
    this.fault = fault;
    System.out.printf("fault run: %s, -Dcluster.seed=%d%n", fault, seed);
    this.routes = new RouteSamples(cluster.visitor(), LOOK_LIMIT);
    this.stream = DeployStream.begin(cluster, seed, routes);
  }

  /** People deploy from now on. */
  static FaultRun of(InstalledCluster cluster, String fault) throws InterruptedException {
    return new FaultRun(cluster, fault);
  }

  /** What breaks something, and makes it whole again if it does not do so by itself. */
  @FunctionalInterface
  interface Fault {
    void happen() throws Exception;
  }

  List<DeployedApp> apps() {
    return stream.apps();
  }

  /** Returns when so many deploys were accepted although something is broken. */
  void acceptsDeploys(int number) throws Exception {
    stream.await(number);
  }

  /**
   * @param causes beginnings of what authors may be told meanwhile
   */
  void survives(Fault what, String... causes) throws Exception {
    stream.await(BEFORE);
    what.happen();
    long mended = System.nanoTime();
    List<DeployStream.Accepted> accepted = stream.end();
    Reckoning reckoning = new Reckoning(cluster, accepted);
    reckoning.awaitConverged();
    Duration converged = Duration.ofNanos(System.nanoTime() - mended);
    reckoning.nothingIsLost();
    reckoning.verdictsAreRight(routes, List.of(causes));
    System.out.printf(
        "fault run: {\"fault\": \"%s\", \"seed\": %d, \"deploys\": %d, \"sent_again\": %d,"
            + " \"lost\": 0, \"twice\": 0, \"wrong_verdicts\": 0, \"converged_s\": %.1f,"
            + " \"outcomes\": \"%s\"}%n",
        fault,
        seed,
        accepted.size(),
        stream.sentAgain(),
        converged.toMillis() / 1e3,
        reckoning.outcomes());
  }

  @Override
  public void close() {
    stream.close();
    routes.close();
  }
}
