package dev.headrace.git;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Prints commits per second and latency; arguments: folder, apps, callers, commits. */
final class CommitRate {

  private CommitRate() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(Path.of(arguments[0]), "commit-rate");
    int apps = Integer.parseInt(arguments[1]);
    int commits = Integer.parseInt(arguments[3]);
    Clock clock = Clock.systemUTC();
    try (PlatformRepository repository =
        PlatformRepository.open(folder.resolve("platform.git"), Samples.KEY, clock)) {
      run(repository, apps, 128, apps);
      run(repository, apps, Integer.parseInt(arguments[2]), commits);
      System.out.println(run(repository, apps, Integer.parseInt(arguments[2]), commits));
      System.out.println(run(repository, apps, 1, Math.min(commits, 500)));
    }
  }

  private static String run(PlatformRepository repository, int apps, int callers, int commits)
      throws InterruptedException {
    AtomicInteger next = new AtomicInteger();
    long[] nanos = new long[commits];
    CountDownLatch done = new CountDownLatch(callers);
    long start = System.nanoTime();
    for (int caller = 0; caller < callers; caller++) {
      Thread.startVirtualThread(() -> {
        for (int i = next.getAndIncrement(); i < commits; i = next.getAndIncrement()) {
          AppId app = new AppId("a%07d".formatted(i % apps));
          Change change = Samples.deploy(app, code(i + start));
          long before = System.nanoTime();
          Samples.committed(repository, change);
          nanos[i] = System.nanoTime() - before;
        }
        done.countDown();
      });
    }
    done.await();
    double seconds = (System.nanoTime() - start) / 1e9;
    Arrays.sort(nanos);
    return "%d apps, %d callers, %d commits: %.0f commits/s, p50 %.1f ms, p99 %.1f ms"
        .formatted(
            apps,
            callers,
            commits,
            commits / seconds,
            nanos[commits / 2] / 1e6,
            nanos[commits * 99 / 100] / 1e6);
  }

  /** 2.3 KB that compress about as well as code does. */
  private static String code(long seed) {
    Random random = new Random(seed);
    StringBuilder code = new StringBuilder();
    while (code.length() < 2_300) {
      code.append("value_").append(random.nextInt(10_000)).append(" = compute()\n");
    }
    return code.toString();
  }
}
