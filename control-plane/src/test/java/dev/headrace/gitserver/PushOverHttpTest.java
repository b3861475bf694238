package dev.headrace.gitserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.git.PlatformRepository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What an operator pushes with stock git, and what becomes of it. */
class PushOverHttpTest {
  private static final int LARGE = 900 << 10;

  @TempDir private static Path data;
  @TempDir private Path folder;
  @AutoClose private static GitHost host;
  private static String app;
  private static String other;
  private GitClient clone;
  private int version;

  @BeforeAll
  static void start() {
    host = new GitHost(data);
    app = host.twoVersions();
    other = host.ada().live(GitHost.hello("other"));
  }

  @BeforeEach
  void checkOut() {
    clone = GitClient.cloneOf(host.urlFor("operator"), folder.resolve("clone"));
    version = newest(app);
  }

  @Test
  void aRevertIsDeliveredAndPullBringsWhatCompletesIt() {
    clone.commit(app, "src/main.py", GitHost.hello("worse"));
    push();
    clone.git("pull", "-q");
    clone.git("revert", "--no-edit", "HEAD~1");
    String reverted = clone.git("rev-parse", "HEAD");

    String said = push();

    assertThat(said).contains("remote: v" + (version + 2) + " of app: http://");
    assertThat(said).contains("git pull brings the commit that completes yours");
    assertThat(host.ada().api().outcome(app, version + 2).path("outcome").asString())
        .isEqualTo("live");
    assertThat(host.says(app)).isEqualTo("two");
    JsonNode deploy =
        host.ada().api().get("/api/v1/apps/" + app + "/deploys/" + (version + 2)).ok();
    assertThat(deploy.path("action").asString()).isEqualTo("rollback");
    assertThat(deploy.path("via").asString()).isEqualTo("git");
    assertThat(deploy.at("/actor/username").asString()).isEqualTo("operator");
    clone.git("pull", "-q");
    assertThat(clone.git("rev-parse", "HEAD")).isEqualTo(head());
    assertThat(clone.git("log", "-1", "--format=%(trailers:key=Pushed,valueonly,separator=)"))
        .isEqualTo(reverted);
    assertThat(clone.git("status", "--porcelain")).isEmpty();
  }

  @Test
  void aRevertOfWhatHeadraceAddedSaysWhatToRevert() {
    clone.commit(other, "src/main.py", GitHost.hello("pushed"));
    push();
    refused("revert that one", () -> clone.git("revert", "--no-edit", "HEAD"));
  }

  @Test
  void severalCommitsInOnePushAreEachCompleted() {
    clone.commit(app, "src/main.py", GitHost.hello("pushed"));
    clone.commit(other, "src/main.py", GitHost.hello("pushed too"));

    assertThat(push())
        .contains("remote: v" + (version + 1) + " of app")
        .contains("git pull brings the commits that complete yours");

    assertThat(host.ada().api().outcome(app, version + 1).path("outcome").asString())
        .isEqualTo("live");
    assertThat(host.says(app)).isEqualTo("pushed");
    clone.git("pull", "-q");
    clone.git("revert", "--no-edit", "HEAD~3", "HEAD~2");
    push();
  }

  @Test
  void aShallowCloneIsEnoughToPush() {
    clone = GitClient.cloneOf(host.urlFor("operator"), folder.resolve("shallow"), "--depth=1");
    clone.commit(other, "src/main.py", GitHost.hello("from a shallow clone"));
    push();
    assertThat(newest(other)).isPositive();
  }

  @Test
  void whatNoDeployMayDoIsRefusedWithTheReason() {
    refused("not valid", () -> clone.commit(app, "src/main.py", "import os\nos.system('x')\n"));
    refused("app.yaml", () -> clone.commit(app, "app.yaml", "nonsense: 1\n"));
    refused("not supported", () -> clone.commit(app, "env.sops.yaml", "A: 1\n"));
    refused(
        "one app, and nothing else",
        () -> {
          clone.write(other, "src/main.py", GitHost.hello("both"));
          clone.commit(app, "src/main.py", GitHost.hello("both"));
        });
    refused(
        "more than 50 commits",
        () -> {
          for (int i = 0; i <= 50; i++) {
            clone.commit(app, "src/main.py", GitHost.hello("change " + i));
          }
        });
    refused(
        "is a merge",
        () -> {
          clone.git("checkout", "-q", "-b", "aside");
          clone.commit(app, "src/main.py", GitHost.hello("aside"));
          clone.git("checkout", "-q", "main");
          clone.commit(other, "src/main.py", GitHost.hello("beside"));
          clone.git("merge", "-q", "--no-edit", "aside");
        });
  }

  @Test
  void onlyMainCanBePushedAndOnlyOn() {
    String before = clone.git("rev-parse", "HEAD");
    refused("only branch", () -> clone.commit(app, "src/main.py", "x = 1\n"), "HEAD:refs/heads/x");
    refused("only branch", () -> {}, "HEAD:refs/tags/v1");
    refused("only branch", () -> {}, "HEAD:refs/rejected/" + before);
    refused("deletion prohibited", () -> {}, ":main");
    refused(
        "push main alone",
        () -> clone.commit(app, "src/main.py", GitHost.hello("x")),
        "HEAD:main",
        "HEAD:refs/heads/y");
    refused(
        "(non-fast-forward)",
        () -> {
          clone.git("reset", "-q", "--hard", "HEAD~1");
          clone.commit(app, "src/main.py", GitHost.hello("forced"));
        },
        "+HEAD:main");
  }

  @Test
  void whatIsTooLargeIsRefused() throws Exception {
    refused(
        "unpack",
        () -> {
          byte[] large = new byte[2 << 20];
          new Random(1).nextBytes(large);
          Files.write(clone.path(app, "src/large.bin"), large);
          clone.commit("One large file");
        });
    refused("unpack", () -> commitLarge(14, 0));
  }

  @Test
  void whoPushesAgainAndAgainWhatIsRefusedAndKeptHasToWait() {
    int rounds = (int) (PushedBytes.MOST / (9 * LARGE)) + 1;
    for (int round = 0; round < rounds; round++) {
      int seed = round;
      refused("expected: text in UTF-8", () -> commitLarge(9, seed));
    }

    GitClient.Said said = clone.trying("push", "origin", "HEAD:main");

    assertThat(said.exit()).isNotZero();
    assertThat(said.text()).contains("429").contains("Too much was pushed with this token");
    clone.git("fetch", "-q");
    clone = GitClient.cloneOf(host.urlFor("operator"), folder.resolve("another"));
    clone.commit(other, "src/main.py", GitHost.hello("with a token of its own"));
    push();
  }

  private void commitLarge(int files, int seed) throws Exception {
    Random random = new Random(seed);
    for (int i = 0; i < files; i++) {
      byte[] large = new byte[LARGE];
      random.nextBytes(large);
      Files.write(clone.path(app, "src/large" + i + ".bin"), large);
    }
    clone.commit("Large files");
  }

  @Test
  void auditorsAndFluxPushNothing() {
    clone.commit(app, "src/main.py", GitHost.hello("not theirs"));
    for (String role : java.util.List.of("auditor", "flux")) {
      GitClient.Said said = clone.trying("push", host.urlFor(role), "HEAD:main");
      assertThat(said.exit()).isNotZero();
      assertThat(said.text()).contains("role operator");
    }
    assertThat(newest(app)).isEqualTo(version);
  }

  @Test
  void whoWasOvertakenFetchesFirst() {
    clone.commit(app, "src/main.py", GitHost.hello("late"));
    host.ada().deploy(app, GitHost.hello("two"));

    GitClient.Said said = clone.trying("push", "origin", "HEAD:main");

    assertThat(said.exit()).isNotZero();
    assertThat(said.text()).contains("fetch first");
  }

  private interface Work {
    void run() throws Exception;
  }

  private void refused(String why, Work work, String... refspecs) {
    try {
      clone.git("fetch", "-q");
      clone.git("reset", "-q", "--hard", "origin/main");
      work.run();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    String before = head();
    String[] what = refspecs.length == 0 ? new String[] {"HEAD:main"} : refspecs;
    String[] command = new String[what.length + 2];
    command[0] = "push";
    command[1] = "origin";
    System.arraycopy(what, 0, command, 2, what.length);

    GitClient.Said said = clone.trying(command);

    assertThat(said.exit()).as(said.text()).isNotZero();
    assertThat(said.text()).contains("rejected]").contains(why);
    assertThat(head()).isEqualTo(before);
    assertThat(clone.git("ls-remote", "origin"))
        .isEqualTo(before + "\tHEAD\n" + before + "\trefs/heads/main");
  }

  private String push() {
    return clone.git("push", "origin", "HEAD:main");
  }

  private static int newest(String app) {
    return host.headrace()
        .part(PlatformRepository.class)
        .newestVersion(new dev.headrace.git.AppId(app))
        .orElseThrow()
        .version()
        .orElseThrow();
  }

  private static String head() {
    return host.headrace().part(PlatformRepository.class).head().sha();
  }
}
