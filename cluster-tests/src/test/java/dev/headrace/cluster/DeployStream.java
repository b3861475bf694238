package dev.headrace.cluster;

import dev.headrace.client.ApiClient;
import dev.headrace.git.DeployId;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * People who go on deploying, whatever happens. Who gets no answer, or a bad one, sends the same
 * request again under the same key until it is answered.
 */
final class DeployStream implements AutoCloseable {
  private static final int PEOPLE = 3;
  private static final int APPS_EACH = 2;
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration AGAIN = Duration.ofMillis(250);
  private static final int SHORTEST_PAUSE_MS = 1_000;
  private static final int LONGEST_PAUSE_MS = 4_000;

  private final List<DeployedApp> apps = new ArrayList<>();
  private final Queue<Accepted> accepted = new ConcurrentLinkedQueue<>();
  private final AtomicInteger sentAgain = new AtomicInteger();
  private final List<Future<?>> people = new ArrayList<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile boolean ended;

  /**
   * A deploy that was answered.
   *
   * @param answer what the app's address answers when this version is live
   */
  record Accepted(DeployedApp app, int version, String commit, String answer) {}

  /** Returns when the first version of each app is live. */
  static DeployStream begin(InstalledCluster cluster, long seed, RouteSamples routes)
      throws InterruptedException {
    DeployStream stream = new DeployStream();
    for (int i = 0; i < PEOPLE; i++) {
      Person person = cluster.somebody();
      for (int j = 0; j < APPS_EACH; j++) {
        routes.watch(stream.create(person, "app " + j));
      }
    }
    for (DeployedApp app : stream.apps) {
      app.awaitLive(1);
    }
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < PEOPLE; i++) {
      List<DeployedApp> own = stream.apps.subList(i * APPS_EACH, (i + 1) * APPS_EACH);
      SplittableRandom his = random.split();
      stream.people.add(
          stream.threads.submit(() -> {
            stream.goOn(own, his);
            return null;
          }));
    }
    return stream;
  }

  private DeployedApp create(Person person, String name) throws InterruptedException {
    ApiClient.Version made =
        person.api().create(Map.of("name", name, "code", DeployedApp.saying("v0")));
    DeployedApp app = new DeployedApp(person, made.appId(), made.url());
    apps.add(app);
    accepted.add(new Accepted(app, made.number(), made.commit(), answer("v0")));
    return app;
  }

  private void goOn(List<DeployedApp> own, SplittableRandom random) throws InterruptedException {
    while (!ended) {
      DeployedApp app = own.get(random.nextInt(own.size()));
      String key = DeployId.next(Clock.systemUTC(), random).value();
      ApiClient.Version version = send(app, key);
      accepted.add(new Accepted(app, version.number(), version.commit(), answer(key)));
      LockSupport.parkNanos(
          Duration.ofMillis(random.nextInt(SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS)).toNanos());
    }
  }

  private ApiClient.Version send(DeployedApp app, String key) throws InterruptedException {
    Map<String, String> change = Map.of("code", DeployedApp.saying(key));
    for (long deadline = System.nanoTime() + PATIENCE.toNanos(); ; ) {
      try {
        return app.author().api().change(app.id(), change, key);
      } catch (UncheckedIOException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
        sentAgain.incrementAndGet();
        LockSupport.parkNanos(AGAIN.toNanos());
      }
    }
  }

  private static String answer(String says) {
    return "{\"says\":\"%s\"}".formatted(says);
  }

  List<DeployedApp> apps() {
    return apps;
  }

  /** Returns when so many more deploys were answered. */
  void await(int more) throws Exception {
    int wanted = accepted.size() + more;
    Eventually.holds(
        more + " more deploys are answered",
        PATIENCE,
        () -> {
          for (Future<?> person : people) {
            if (person.isDone()) {
              person.get();
            }
          }
          return accepted.size() >= wanted;
        });
  }

  /** All of them, once the last one is answered. */
  List<Accepted> end() throws Exception {
    ended = true;
    for (Future<?> person : people) {
      person.get();
    }
    return List.copyOf(accepted);
  }

  /** How often a request got no answer, or a bad one. */
  int sentAgain() {
    return sentAgain.get();
  }

  @Override
  public void close() {
    ended = true;
    threads.shutdownNow();
    threads.close();
  }
}
