package dev.headrace.cli;

import dev.headrace.Headrace;
import dev.headrace.HeadraceSettings;
import dev.headrace.delivery.DeliveryEngine;
import dev.headrace.git.PlatformRepository;
import dev.headrace.git.RepositoryInUse;
import dev.headrace.projection.ForeignDatabase;
import dev.headrace.store.StoreInUse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;

/** The control plane running inside this process. */
final class Platform implements AutoCloseable {
  private static final String RUNNING = "running";

  private final Options options;
  private final ConfigurableApplicationContext context;
  private final CountDownLatch stopped = new CountDownLatch(1);

  /**
   * @param port of the console; 0 takes a free one
   * @param appsPort of the apps; 0 takes a free one
   */
  record Options(
      Path data,
      InetAddress bind,
      int port,
      int appsPort,
      Optional<String> mongoUri,
      boolean signup,
      HeadraceSettings.Engine engine) {}

  private Platform(Options options, ConfigurableApplicationContext context) {
    this.options = options;
    this.context = context;
    context.addApplicationListener(event -> {
      if (event instanceof ContextClosedEvent) {
        stopped.countDown();
      }
    });
  }

  /**
   * @throws CannotStart when a port or the data folder is in use, or something is missing
   */
  static Platform start(Options options) {
    try {
      makePrivate(options.data());
      Files.createDirectories(options.data().resolve("logs"));
      Platform platform =
          new Platform(
              options,
              new SpringApplicationBuilder(Headrace.class).properties(properties(options)).run());
      Files.writeString(
          options.data().resolve(RUNNING),
          "%s (process %d)".formatted(platform.consoleUrl(), ProcessHandle.current().pid()));
      return platform;
    } catch (IOException e) {
      throw new CannotStart(
          "%s cannot be used: %s".formatted(options.data(), e),
          "Choose a folder that you may write to with --data.",
          e);
    } catch (RuntimeException e) {
      throw explained(options, e);
    }
  }

  /**
   * Everybody's code and the accounts are in it: nobody else on this machine may look. The root of
   * a mounted volume is left as whoever mounted it has made it, which may be somebody else.
   */
  private static void makePrivate(Path data) throws IOException {
    Files.createDirectories(data);
    if (!isVolume(data)) {
      Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
    }
  }

  private static boolean isVolume(Path folder) throws IOException {
    Path real = folder.toRealPath();
    return !Files.getAttribute(real, "unix:dev")
        .equals(Files.getAttribute(real.resolve(".."), "unix:dev"));
  }

  private static Map<String, Object> properties(Options options) {
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("headrace.data", options.data().toString());
    properties.put("headrace.bind", options.bind().getHostAddress());
    properties.put("headrace.port", options.port());
    properties.put("headrace.apps-port", options.appsPort());
    properties.put("headrace.signup", options.signup());
    properties.put("headrace.runner", runner().toString());
    options.mongoUri().ifPresent(uri -> properties.put("headrace.mongo-uri", uri));
    properties.put("logging.file.name", logFile(options).toString());
    properties.put("headrace.engine", options.engine().name().toLowerCase(Locale.ROOT));
    properties.put("logging.threshold.console", "off");
    return properties;
  }

  /** The checkout that the launcher belongs to. */
  static Path home() {
    return Path.of(System.getProperty("headrace.home", ".")).toAbsolutePath().normalize();
  }

  static Path runner() {
    return home().resolve("runner");
  }

  private static CannotStart explained(Options options, RuntimeException failure) {
    for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof RepositoryInUse || cause instanceof StoreInUse) {
        return new CannotStart(
            "Headrace is already running on %s%s."
                .formatted(options.data(), runningAt(options.data())),
            "Use that one, stop it, or choose another folder with --data.",
            failure);
      }
      if (cause instanceof ForeignDatabase foreign) {
        return new CannotStart(
            String.valueOf(foreign.getMessage()), "Choose another one with --mongo-uri.", failure);
      }
      if (cause instanceof PortInUseException taken) {
        return new CannotStart(
            "port %d is in use.".formatted(taken.getPort()),
            "Stop what uses it, or choose another with --port.",
            failure);
      }
      if (cause instanceof BindException) {
        return new CannotStart(
            "cannot listen on %s port %d or %d: %s."
                .formatted(
                    options.bind().getHostAddress(),
                    options.port(),
                    options.appsPort(),
                    cause.getMessage()),
            "Stop what uses the port, or choose others with --port, --apps-port and --bind.",
            failure);
      }
    }
    return new CannotStart(
        "the platform did not start: " + failure.getMessage(),
        "All of it is in " + logFile(options),
        failure);
  }

  private static String runningAt(Path data) {
    try {
      return ": " + Files.readString(data.resolve(RUNNING));
    } catch (IOException e) {
      return "";
    }
  }

  private static Path logFile(Options options) {
    return options.data().resolve("logs/headrace.log");
  }

  Options options() {
    return options;
  }

  <T> T part(Class<T> type) {
    return context.getBean(type);
  }

  String consoleUrl() {
    int port =
        context instanceof WebServerApplicationContext web && web.getWebServer() != null
            ? web.getWebServer().getPort()
            : options.port();
    String host =
        options.bind().equals(InetAddress.getLoopbackAddress())
            ? "localhost"
            : HeadraceSettings.urlHost(options.bind());
    return "http://%s:%d".formatted(host, port);
  }

  String signingKeyFingerprint() {
    return part(PlatformRepository.class).fingerprint();
  }

  /** What the operator should know of the engine. */
  Optional<String> caveat() {
    return part(DeliveryEngine.class).caveat();
  }

  Path repository() {
    return part(HeadraceSettings.class).repository();
  }

  void awaitStop() throws InterruptedException {
    stopped.await();
  }

  @Override
  public void close() {
    context.close();
    try {
      Files.deleteIfExists(options.data().resolve(RUNNING));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
