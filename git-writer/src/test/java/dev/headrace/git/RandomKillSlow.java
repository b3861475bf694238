package dev.headrace.git;

import static dev.headrace.git.Samples.CLOCK;
import static dev.headrace.git.Samples.KEY;
import static dev.headrace.git.Samples.TODO;
import static dev.headrace.git.Samples.committed;
import static dev.headrace.git.Samples.deploy;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One repository whose writer is killed hundreds of times, each time somewhere else, and by the
 * next start is as if nothing had happened. {@code -Dkills} and {@code -Dkill.seed} choose.
 */
class RandomKillSlow {

  private static final int KILLS = Integer.getInteger("kills", 300);
  private static final long SEED = Long.getLong("kill.seed", System.nanoTime());
  private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final int[] CALLERS = {1, 4, 64};

  @Test
  @Timeout(value = 60, unit = TimeUnit.MINUTES)
  void whereverItIsKilledEachAnsweredCommitIsThereOnce(@TempDir Path folder) throws Exception {
    System.out.printf("random kills: -Dkills=%d -Dkill.seed=%d%n", KILLS, SEED);
    Path bare = folder.resolve("platform.git");
    StockGit git = new StockGit(bare);
    Random random = new Random(SEED);
    Set<String> sent = new HashSet<>();
    Set<String> answered = new HashSet<>();
    int unanswered = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      run(bare, random, kill, sent, answered);
      try (PlatformRepository repository = PlatformRepository.open(bare, KEY, CLOCK)) {
        List<String> found =
            git.git("log", "--format=%(trailers:key=Deploy-Id,valueonly)", "main")
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
        assertThat(found).as("kill %d", kill).doesNotHaveDuplicates().containsAll(answered);
        assertThat(sent).as("kill %d", kill).containsAll(found);
        unanswered += found.size() - answered.size();
        Change next = deploy(TODO, "after kill " + kill);
        sent.add(next.deployId().value());
        var _ = committed(repository, next);
        assertThat(Samples.outcome(repository, next))
            .isInstanceOf(CommitOutcome.AlreadyCommitted.class);
        answered.addAll(found);
        answered.add(next.deployId().value());
      }
      git.passesFsck();
    }
    System.out.printf(
        "{\"kills\": %d, \"answered\": %d, \"unanswered_there\": %d, \"lost\": 0, \"twice\": 0}%n",
        KILLS, answered.size(), unanswered);
  }

  /** Returns when the writer is dead, which it is some time after its first answer. */
  private static void run(
      Path bare, Random random, int seed, Set<String> sent, Set<String> answered)
      throws IOException, InterruptedException {
    int callers = CALLERS[random.nextInt(CALLERS.length)];
    Process writer =
        new ProcessBuilder(
                ChildJvm.command(
                    KillTest.Writer.class,
                    bare.toString(),
                    CommitSteps.Step.MAIN_DURABLE.name(),
                    Integer.toString(Integer.MAX_VALUE),
                    Integer.toString(callers),
                    Long.toString(SEED + seed)))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<String> lines = new ArrayList<>();
    try (BufferedReader out = writer.inputReader()) {
      String line = out.readLine();
      while (line != null && !line.startsWith("answered ")) {
        lines.add(line);
        line = out.readLine();
      }
      Thread killer =
          Thread.ofVirtual()
              .start(() -> {
                LockSupport.parkNanos(random.nextLong(LONGEST_NANOS));
                var _ = writer.toHandle().destroyForcibly();
              });
      while (line != null) {
        lines.add(line);
        line = out.readLine();
      }
      killer.join();
    }
    assertThat(writer.waitFor()).as("%s", lines).isEqualTo(128 + 9);
    for (String line : lines) {
      if (line.startsWith("sent ")) {
        sent.add(line.substring("sent ".length()));
      } else if (line.startsWith("answered ")) {
        answered.add(line.substring("answered ".length()));
      }
    }
  }
}
