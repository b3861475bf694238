package dev.headrace.benchmarks.git;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** This machine's git on one repository, without anybody's configuration. */
record NativeGit(Path repository) {

  /** A repository of its own with the same objects in one pack. */
  NativeGit copyTo(Path folder) throws IOException, InterruptedException {
    run("clone", "--quiet", "--bare", repository.toString(), folder.toString());
    NativeGit copy = new NativeGit(folder);
    copy.run("-c", "pack.window=0", "repack", "-adq");
    return copy;
  }

  String run(String... arguments) throws IOException, InterruptedException {
    Path out = Files.createTempFile("headrace-bench-", ".out");
    try {
      finish(command(arguments).redirectOutput(out.toFile()).start());
      return Files.readString(out).strip();
    } finally {
      Files.delete(out);
    }
  }

  /** Writes the commits after one, as {@code git fast-import} reads them; unsigned. */
  void export(String after, Path stream) throws IOException, InterruptedException {
    Path raw = stream.resolveSibling("raw");
    try {
      finish(
          command("fast-export", "--reference-excluded-parents", after + "..main")
              .redirectOutput(raw.toFile())
              .start());
      try (InputStream in = Files.newInputStream(raw);
          OutputStream to = Files.newOutputStream(stream)) {
        byte[] text = in.readAllBytes();
        byte[] from = ("from " + after).getBytes(StandardCharsets.US_ASCII);
        int at = indexOf(text, from);
        to.write(text, 0, at);
        to.write("from refs/heads/main^0".getBytes(StandardCharsets.US_ASCII));
        to.write(text, at + from.length, text.length - at - from.length);
      }
    } finally {
      Files.delete(raw);
    }
  }

  private static int indexOf(byte[] text, byte[] part) throws IOException {
    for (int at = 0; at <= text.length - part.length; at++) {
      if (java.util.Arrays.equals(text, at, at + part.length, part, 0, part.length)) {
        return at;
      }
    }
    throw new IOException("git fast-export did not name the commit to start from");
  }

  /**
   * Lets git build the commits of a stream on its {@code main}, as fast as it can: nothing is
   * forced to the disk.
   *
   * @return seconds, with git's start and the pack's index
   */
  double fastImport(Path stream) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    finish(
        command("-c", "core.fsync=none", "fast-import", "--quiet")
            .redirectInput(stream.toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start());
    return (System.nanoTime() - begun) / 1e9;
  }

  private ProcessBuilder command(String... arguments) {
    List<String> command = new ArrayList<>(List.of("git", "--git-dir", repository.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
    builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
    return builder;
  }

  private static void finish(Process process) throws IOException, InterruptedException {
    int exit = process.waitFor();
    if (exit != 0) {
      throw new IOException(
          process.info().commandLine().orElse("git") + " ended with status " + exit);
    }
  }
}
