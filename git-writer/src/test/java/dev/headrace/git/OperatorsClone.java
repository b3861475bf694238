package dev.headrace.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A clone in which somebody works with stock git. */
final class OperatorsClone {

  private final Path folder;

  OperatorsClone(Path folder) {
    this.folder = folder;
  }

  void checkOut(Path repository) {
    StockGit.Result result =
        StockGit.run(List.of("git", "clone", "-q", repository.toString(), folder.toString()), "");
    assertThat(result.exit()).as(result.err()).isZero();
    git("config", "user.name", "Olga Operator");
    git("config", "user.email", "olga@example.com");
  }

  Path path(String path) {
    return folder.resolve(path);
  }

  void write(String path, String text) {
    try {
      Files.createDirectories(path(path).getParent());
      Files.writeString(path(path), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Commits all that was done. */
  CommitId commit(String message) {
    git("add", "-A");
    git("commit", "-q", "--allow-empty", "-m", message);
    return head();
  }

  CommitId change(String path, String text, String message) {
    write(path, text);
    return commit(message);
  }

  CommitId head() {
    return new CommitId(git("rev-parse", "HEAD").strip());
  }

  /** What git prints; a test fails if git does. */
  String git(String... arguments) {
    StockGit.Result result = tryGit(arguments);
    assertThat(result.exit()).as("%s: %s", List.of(arguments), result.err()).isZero();
    return result.out();
  }

  StockGit.Result tryGit(String... arguments) {
    List<String> command = new ArrayList<>(List.of("git", "-C", folder.toString()));
    command.addAll(List.of(arguments));
    return StockGit.run(command, "");
  }
}
