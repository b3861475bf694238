package dev.headrace.git;

import static dev.headrace.git.Samples.KEY;
import static dev.headrace.git.Samples.TODO;
import static dev.headrace.git.Samples.committed;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The document's examples, made again from the document's own facts. */
class RepositoryFormatTest {

  private static final Path DOCUMENT = Path.of("..", "docs", "repository-format.md");
  private static final Pattern EXAMPLE =
      Pattern.compile("<!-- example: ([a-z-]+) -->\n```[a-z]*\n(.*?)```\n", Pattern.DOTALL);
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-01-02T12:00:00Z"), ZoneOffset.UTC);

  @Test
  void theExamplesInTheDocumentAreTheBytesThatAreWritten(@TempDir Path folder) throws IOException {
    Map<String, String> actual = examples(folder.resolve("platform.git"));
    Map<String, String> documented = new HashMap<>();
    Matcher example = EXAMPLE.matcher(Files.readString(DOCUMENT));
    while (example.find()) {
      documented.put(example.group(1), example.group(2));
    }

    assertThat(documented).isEqualTo(actual);
  }

  private static Map<String, String> examples(Path bare) {
    StockGit git = new StockGit(bare);
    try (PlatformRepository repository = PlatformRepository.open(bare, KEY, NOON)) {
      CommitId first = repository.head();
      AppCommit one =
          committed(
              repository,
              change(
                  "01KDZ8F6M00000000000000001",
                  Action.DEPLOY,
                  "print('one')\n",
                  "",
                  Optional.empty()));
      AppCommit two =
          committed(
              repository,
              change(
                  "01KDZ8F6M00000000000000002",
                  Action.DEPLOY,
                  "print('two')\n",
                  "Fix paging\n\nApp: this line stays the author's own",
                  Optional.empty()));
      AppCommit back =
          committed(
              repository,
              change(
                  "01KDZ8F6M00000000000000003",
                  Action.ROLLBACK,
                  "print('one')\n",
                  "",
                  Optional.of(one.id())));
      stopStartAndUpgrade(repository);
      TenantCommit tenant =
          committed(repository, tenant("01KDZ8F6M00000000000000007", new Contents.Files(BASELINE)));
      committed(repository, tenant("01KDZ8F6M00000000000000008", new Contents.Removed()));
      Map<String, String> examples = new HashMap<>();
      examples.put("allowed-signers", git.git("show", "main:.headrace/allowed_signers"));
      examples.put("first-commit", git.git("cat-file", "commit", first.sha()));
      examples.put("tree", git.git("ls-tree", "-r", "-t", two.id().sha()));
      examples.put(
          "deploy-message", git.git("log", "-1", "--format=%B", two.id().sha()).strip() + "\n");
      examples.put(
          "rollback-message", git.git("log", "-1", "--format=%B", back.id().sha()).strip() + "\n");
      examples.put(
          "tenant-message", git.git("log", "-1", "--format=%B", tenant.id().sha()).strip() + "\n");
      examples.put("tenant-tree", git.git("ls-tree", "-r", "-t", tenant.id().sha(), "tenants/"));
      examples.put("commit", git.git("cat-file", "commit", two.id().sha()));
      examples.put("log", git.git("log", "--format=%H %s", "main"));
      return examples;
    }
  }

  private static final SortedMap<String, byte[]> BASELINE =
      new TreeMap<>(Map.of("kustomization.yaml", Samples.bytes("resources: []\n")));

  private static TenantChange tenant(String deployId, Contents contents) {
    return new TenantChange(
        new DeployId(deployId), Samples.ALICES, Actor.HEADRACE, contents, Optional.empty());
  }

  private static void stopStartAndUpgrade(PlatformRepository repository) {
    committed(
        repository,
        change("01KDZ8F6M00000000000000004", Action.STOP, "print('one')\n", "", Optional.empty()));
    committed(
        repository,
        change("01KDZ8F6M00000000000000005", Action.START, "print('one')\n", "", Optional.empty()));
    committed(
        repository,
        change(
            "01KDZ8F6M00000000000000006", Action.UPGRADE, "print('one')\n", "", Optional.empty()));
  }

  private static Change change(
      String deployId, Action action, String code, String reason, Optional<CommitId> restores) {
    SortedMap<String, byte[]> files =
        new TreeMap<>(
            Map.of("app.yaml", Samples.bytes("kind: App\n"), "src/main.py", Samples.bytes(code)));
    return new Change(
        new DeployId(deployId),
        TODO,
        "todo-api",
        action,
        action == Action.UPGRADE ? Actor.HEADRACE : Samples.ALICE,
        action == Action.UPGRADE ? Via.SYSTEM : Via.WEB,
        Optional.of(reason),
        new Contents.Files(files),
        Optional.of(Samples.digest(code)),
        restores,
        Optional.empty());
  }
}
