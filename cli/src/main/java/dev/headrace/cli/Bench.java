package dev.headrace.cli;

import dev.headrace.benchmarks.LocalBenchmark;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;

/** {@code headrace bench}. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "WHAT",
    description = "Measures the platform; the last line is one JSON object.")
final class Bench {
  @Command(
      name = "local",
      mixinStandardHelpOptions = true,
      description = "Deploys, commits, checks, start and memory of the platform on this machine.")
  int local() throws IOException, InterruptedException, ExecutionException {
    new LocalBenchmark(Platform.home().resolve("headrace"), System.out).run();
    return 0;
  }
}
