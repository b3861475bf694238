package dev.headrace.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code headrace up} as its own process. */
final class PlatformProcess implements AutoCloseable {
  private static final Pattern CONSOLE = Pattern.compile("\\s*Console\\s+(\\S+)");
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

  private final Process process;
  private final String consoleUrl;
  private final Duration startedAfter;

  private PlatformProcess(Process process, String consoleUrl, Duration startedAfter) {
    this.process = process;
    this.consoleUrl = consoleUrl;
    this.startedAfter = startedAfter;
  }

  static PlatformProcess start(Path launcher, Path data) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    Process process =
        new ProcessBuilder(
                launcher.toString(),
                "up",
                "--data",
                data.toString(),
                "--port",
                "0",
                "--apps-port",
                "0")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    String line;
    while ((line = lines.readLine()) != null) {
      Matcher console = CONSOLE.matcher(line);
      if (console.matches()) {
        answers(console.group(1));
        Duration startedAfter = Duration.ofNanos(System.nanoTime() - begun);
        Thread.ofVirtual().start(() -> swallow(lines));
        return new PlatformProcess(process, console.group(1), startedAfter);
      }
    }
    throw new IOException("the platform ended before it was up");
  }

  /** What it says later must not fill the pipe. */
  private static void swallow(BufferedReader lines) {
    try {
      lines.transferTo(Writer.nullWriter());
    } catch (IOException _) {
      // The platform has ended.
    }
  }

  private static void answers(String url) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      int status =
          http.send(
                  HttpRequest.newBuilder(URI.create(url + "/")).build(),
                  HttpResponse.BodyHandlers.discarding())
              .statusCode();
      if (status != 200) {
        throw new IOException("the console answers " + status);
      }
    }
  }

  String consoleUrl() {
    return consoleUrl;
  }

  Duration startedAfter() {
    return startedAfter;
  }

  /** Of the control plane alone, without the apps. */
  double residentMegabytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/%d/status".formatted(process.pid())))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
      }
    }
    throw new IOException("no VmRSS in /proc/%d/status".formatted(process.pid()));
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_LIMIT)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
