package dev.headrace.cli;

import dev.headrace.Headrace;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.springframework.boot.builder.SpringApplicationBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "up", description = "Starts the platform on this machine.")
final class Up implements Callable<Integer> {
  @Option(names = "--port", defaultValue = "8000")
  int port;

  @Option(names = "--data", required = true)
  Path data = Path.of("");

  @Override
  public Integer call() throws Exception {
    new SpringApplicationBuilder(Headrace.class)
        .properties(
            Map.of(
                "headrace.port",
                port,
                "headrace.data",
                data.toString(),
                "headrace.runner",
                "runner"))
        .run();
    Thread.currentThread().join();
    return 0;
  }
}
