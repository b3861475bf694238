package dev.headrace.cli;

import dev.headrace.HeadraceSettings;
import dev.headrace.identity.Accounts;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code headrace up}. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = "Starts the platform on this machine, with everything it needs inside.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "130 or 143:stopped by Ctrl-C or kill",
      "2:an option is wrong",
      "69:something needed is missing or in use"
    })
final class Up implements Callable<Integer> {
  private static final int WRONG_OPTION = 2;
  private static final int UNAVAILABLE = 69;

  @Option(
      names = "--port",
      defaultValue = "8000",
      description = "Port of the console and the API (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--apps-port",
      defaultValue = "8001",
      description = "Port that apps answer on (default: ${DEFAULT-VALUE}).")
  private int appsPort;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "${sys:user.home}/.headrace",
      description = "Where everything is kept (default: ~/.headrace).")
  private Path data = Path.of("");

  @Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "Address to listen on (default: ${DEFAULT-VALUE}, this machine only).")
  private InetAddress bind = InetAddress.getLoopbackAddress();

  @Option(
      names = "--closed-signup",
      description = "Nobody can make an account, except the very first one.")
  private boolean closedSignup;

  @Option(
      names = "--mongo-uri",
      paramLabel = "URI",
      description = "A MongoDB to use instead of the embedded store; or set HEADRACE_MONGO_URI.")
  private Optional<String> mongoUri = Optional.empty();

  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      defaultValue = "local",
      description =
          "What runs the apps: local (processes of this machine, the default) or flux (a Kubernetes,"
              + " as this pod's account or by KUBECONFIG).")
  private HeadraceSettings.Engine engine = HeadraceSettings.Engine.LOCAL;

  @Option(
      names = "--demo",
      description = "Also makes a demo account and deploys the Hello World template.")
  private boolean demo;

  private final PrintStream out = System.out;

  @Override
  public Integer call() throws InterruptedException, IOException {
    boolean local = engine == HeadraceSettings.Engine.LOCAL;
    if (local && !bind.isLoopbackAddress() && !closedSignup) {
      System.err.printf(
          "headrace: --bind %s would let anybody who reaches this machine make an account and run"
              + " code here.%nAdd --closed-signup and make your account first, or leave --bind"
              + " out.%n",
          bind.getHostAddress());
      return WRONG_OPTION;
    }
    Optional<Path> shown =
        local ? SeenByApps.folderAround(options().data(), Platform.runner()) : Optional.empty();
    if (shown.isPresent()) {
      System.err.printf(
          "headrace: --data %s is inside %s, which every app may read.%nChoose a folder elsewhere:"
              + " the keys and everybody's code would be in it.%n",
          data, shown.get());
      return WRONG_OPTION;
    }
    long begun = System.nanoTime();
    try (Platform platform = Platform.start(options())) {
      summarize(platform, Duration.ofNanos(System.nanoTime() - begun));
      if (demo) {
        showDemo(platform);
      }
      out.println();
      out.println("  Ctrl-C stops it and everything it started.");
      platform.awaitStop();
      return 0;
    } catch (CannotStart e) {
      System.err.printf("headrace: %s%n%s%n", e.getMessage(), e.advice());
      return UNAVAILABLE;
    }
  }

  /** Whatever is wrong with the demo, the platform is up and stays so. */
  private void showDemo(Platform platform) throws InterruptedException {
    try {
      Demo.deploy(platform).print(out);
    } catch (RuntimeException e) {
      out.printf(
          "%n  No demo      %s%n", String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
  }

  private Platform.Options options() {
    return new Platform.Options(
        data.toAbsolutePath().normalize(),
        bind,
        port,
        appsPort,
        mongoUri.or(() -> Optional.ofNullable(System.getenv("HEADRACE_MONGO_URI"))),
        !closedSignup,
        engine);
  }

  private void summarize(Platform platform, Duration took) {
    out.printf("Headrace is up (%.1f s).%n%n", took.toMillis() / 1000.0);
    out.printf("  Console      %s%n", platform.consoleUrl());
    out.printf("  Data         %s%n", platform.options().data());
    out.printf("  Signing key  %s%n", platform.signingKeyFingerprint());
    platform
        .caveat()
        .ifPresent(caveat -> out.printf("  Isolation    NONE between apps: %s%n", caveat));
    if (!bind.isLoopbackAddress() && engine == HeadraceSettings.Engine.LOCAL) {
      if (platform.part(Accounts.class).isEmpty()) {
        out.printf("  No account   is there yet: start once without --bind and make yours%n");
      }
      out.printf(
          "  Reach        %s: apps run as processes of this machine, so let in only people you"
              + " trust%n",
          bind.getHostAddress());
    }
  }
}
