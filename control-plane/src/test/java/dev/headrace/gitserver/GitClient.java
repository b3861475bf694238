package dev.headrace.gitserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.git.AppId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Stock git in one folder, which asks nobody for passwords. */
final class GitClient {

  record Said(int exit, String text) {}

  private final Path folder;

  GitClient(Path folder) {
    this.folder = folder;
  }

  /** A clone of this address in a new folder. */
  static GitClient cloneOf(String url, Path folder, String... options) {
    GitClient clone = new GitClient(folder);
    List<String> arguments = new ArrayList<>(List.of("clone", "-q"));
    arguments.addAll(List.of(options));
    arguments.addAll(List.of(url, folder.toString()));
    Said said = new GitClient(Path.of(".")).trying(arguments.toArray(String[]::new));
    assertThat(said.exit()).as(said.text()).isZero();
    clone.git("config", "user.name", "Olga Operator");
    clone.git("config", "user.email", "olga@example.com");
    return clone;
  }

  String git(String... arguments) {
    Said said = trying(arguments);
    assertThat(said.exit()).as("%s: %s", List.of(arguments), said.text()).isZero();
    return said.text().strip();
  }

  Said trying(String... arguments) {
    List<String> command = new ArrayList<>(List.of("git", "-C", folder.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .putAll(
            Map.of(
                "GIT_CONFIG_GLOBAL",
                "/dev/null",
                "GIT_CONFIG_NOSYSTEM",
                "1",
                "GIT_TERMINAL_PROMPT",
                "0",
                "LC_ALL",
                "C"));
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), UTF_8);
      return new Said(process.waitFor(), said);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  Path path(String app, String file) {
    return folder.resolve(new AppId(app).path()).resolve(file);
  }

  String read(String app, String file) {
    try {
      return Files.readString(path(app, file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void write(String app, String file, String text) {
    try {
      Files.writeString(path(app, file), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Changes a file of an app and commits that; the new commit. */
  String commit(String app, String file, String text) {
    write(app, file, text);
    return commit("Change " + file);
  }

  String commit(String message) {
    git("add", "-A");
    git("commit", "-q", "-m", message);
    return git("rev-parse", "HEAD");
  }
}
