package dev.headrace.cli;

import dev.headrace.benchmarks.LocalBenchmark;
import dev.headrace.benchmarks.cluster.ClusterBenchmark;
import dev.headrace.benchmarks.git.GitBenchmark;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

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

  @Command(
      name = "cluster",
      mixinStandardHelpOptions = true,
      description =
          "Deploys, bursts, verdicts and memory of the platform installed on the testbed, which it"
              + " starts and ends. Needs root.")
  int cluster(
      @Option(
              names = "--apps",
              paramLabel = "N",
              defaultValue = "1000",
              description = "Apps in the end (default: ${DEFAULT-VALUE}; 100 is a quick run).")
          int apps,
      @Option(names = "--keep", description = "Leaves the testbed up.") boolean keep)
      throws IOException, InterruptedException, ExecutionException {
    new ClusterBenchmark(Platform.home(), apps, System.out).run(keep);
    return 0;
  }

  @Command(
      name = "git",
      mixinStandardHelpOptions = true,
      description = "Commits of the platform repository alone, beside native git's.")
  int git(
      @Option(
              names = "--apps",
              paramLabel = "N",
              defaultValue = "10000",
              description =
                  "Apps (default: ${DEFAULT-VALUE}); a tenth and five times as many are measured"
                      + " too.")
          int apps,
      @Option(
              names = "--deploys",
              paramLabel = "N",
              defaultValue = "10000",
              description = "Commits in each of three rounds (default: ${DEFAULT-VALUE}).")
          int deploys,
      @Option(
              names = "--history",
              paramLabel = "N",
              defaultValue = "1000000",
              description =
                  "Commits in the end, for pages of history and starts (default:"
                      + " ${DEFAULT-VALUE}, 0 for none; takes some minutes and 4 GB).")
          int history)
      throws IOException, InterruptedException, ExecutionException {
    new GitBenchmark(apps, deploys, history, System.out).run();
    return 0;
  }
}
