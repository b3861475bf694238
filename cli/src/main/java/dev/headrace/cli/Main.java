package dev.headrace.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Entry point of {@code ./headrace}. */
@Command(
    name = "headrace",
    mixinStandardHelpOptions = true,
    version = {"headrace 0.1.0", "Java ${java.version} in ${java.home}"},
    synopsisSubcommandLabel = "COMMAND",
    description = "Small Python web apps, every change one signed git commit.",
    subcommands = {Up.class, Bench.class, Train.class},
    footer = "%n`./headrace testbed --help`: a Kubernetes with Flux, for tests; needs no Java.")
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true).execute(args));
  }
}
