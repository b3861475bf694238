package dev.headrace.benchmarks.git;

import dev.headrace.git.Action;
import dev.headrace.git.Actor;
import dev.headrace.git.AppId;
import dev.headrace.git.Change;
import dev.headrace.git.Contents;
import dev.headrace.git.DeployId;
import dev.headrace.git.Via;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Deploys as people make them: an app has six files, of which a deploy changes one of 2.3 KB that
 * compresses as code does. The same seed gives the same deploys.
 */
final class Workload {
  private static final int CODE_BYTES = 2_300;
  private static final int LINES = 4_096;
  private static final Actor ALICE = new Actor("65f0c0ffee0123456789abcd", "alice");

  private final SplittableRandom random;
  private final byte[][] lines = new byte[LINES][];

  Workload(long seed) {
    random = new SplittableRandom(seed);
    for (int i = 0; i < LINES; i++) {
      lines[i] =
          "    value_%04d = compute(%d, '%s')\n"
              .formatted(random.nextInt(10_000), random.nextInt(100), word(random))
              .getBytes(StandardCharsets.UTF_8);
    }
  }

  private static String word(SplittableRandom random) {
    return random
        .ints(3 + random.nextInt(8), 'a', 'z' + 1)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  static AppId id(int app) {
    return new AppId("a%07d".formatted(app));
  }

  /** Of an app that has its number and exists from its first deploy on. */
  Change deploy(int app) {
    AppId id = id(app);
    SplittableRandom own;
    synchronized (random) {
      own = random.split();
    }
    byte[] digest = new byte[32];
    own.nextBytes(digest);
    return new Change(
        DeployId.next(Clock.systemUTC(), own),
        id,
        "app-" + app,
        Action.DEPLOY,
        ALICE,
        Via.WEB,
        Optional.of("Fix paging"),
        new Contents.Files(files(id, code(own))),
        Optional.of(HexFormat.of().formatHex(digest)),
        Optional.empty(),
        Optional.empty());
  }

  private byte[] code(SplittableRandom own) {
    byte[] code = new byte[CODE_BYTES];
    for (int at = 0; at < CODE_BYTES; ) {
      byte[] line = lines[own.nextInt(LINES)];
      int length = Math.min(line.length, CODE_BYTES - at);
      System.arraycopy(line, 0, code, at, length);
      at += length;
    }
    return code;
  }

  private static SortedMap<String, byte[]> files(AppId app, byte[] code) {
    SortedMap<String, byte[]> files = new TreeMap<>();
    files.put("app.yaml", document("App", app, 12));
    files.put("deployment.yaml", document("Deployment", app, 40));
    files.put("ingressroute.yaml", document("IngressRoute", app, 12));
    files.put("kustomization.yaml", document("Kustomization", app, 14));
    files.put("service.yaml", document("Service", app, 8));
    files.put("src/main.py", code);
    return files;
  }

  private static byte[] document(String kind, AppId app, int fields) {
    StringBuilder text = new StringBuilder("kind: " + kind + "\nmetadata:\n  name: " + app + "\n");
    for (int i = 0; i < fields; i++) {
      text.append("  field").append(i).append(": value of ").append(app).append('\n');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Numbers of apps below a limit, each as likely as any other. */
  int app(int apps) {
    synchronized (random) {
      return random.nextInt(apps);
    }
  }
}
