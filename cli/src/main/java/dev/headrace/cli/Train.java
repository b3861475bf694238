package dev.headrace.cli;

import dev.headrace.HeadraceSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * Runs the platform once, from start to a live app, so that the JVM can note what a start needs and
 * begin from there the next time. The launcher runs it after a build.
 */
@Command(name = "train", hidden = true)
final class Train implements Callable<Integer> {
  @Override
  public Integer call() throws IOException, InterruptedException {
    Path data = Files.createTempDirectory("headrace-train-");
    try (Platform platform =
        Platform.start(
            new Platform.Options(
                data,
                InetAddress.getLoopbackAddress(),
                0,
                0,
                Optional.empty(),
                true,
                HeadraceSettings.Engine.LOCAL))) {
      Demo.deploy(platform);
    } finally {
      delete(data);
    }
    return 0;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
