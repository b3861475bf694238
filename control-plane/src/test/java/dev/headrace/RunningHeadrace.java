package dev.headrace;

import dev.headrace.delivery.DeliveryEngine;
import dev.headrace.git.AppId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The whole control plane on free ports, with real git, real Python processes and its own store.
 */
public final class RunningHeadrace implements AutoCloseable {
  private static final String PASSWORD = "correct horse";

  private final Path data;
  private final ConfigurableApplicationContext context;

  private RunningHeadrace(Path data, ConfigurableApplicationContext context) {
    this.data = data;
    this.context = context;
  }

  public static RunningHeadrace on(Path data) {
    return on(data, Map.of());
  }

  public static RunningHeadrace on(Path data, Map<String, Object> overrides) {
    try {
      Map<String, Object> properties = new LinkedHashMap<>();
      properties.put("headrace.data", data.toString());
      properties.put("headrace.port", 0);
      properties.put("headrace.apps-port", 0);
      properties.put("headrace.runner", Path.of("../runner").toRealPath().toString());
      properties.putAll(overrides);
      return new RunningHeadrace(
          data, new SpringApplicationBuilder(Headrace.class).properties(properties).run());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path data() {
    return data;
  }

  public String url() {
    return "http://" + host() + ":" + webServer().getPort();
  }

  public WebServer webServer() {
    return Objects.requireNonNull(((WebServerApplicationContext) context).getWebServer());
  }

  /** Where apps answer by path; by host when the request says so. */
  public String appsUrl() {
    return "http://" + host() + ":" + appsPort();
  }

  private String host() {
    return HeadraceSettings.urlHost(part(HeadraceSettings.class).bind());
  }

  public int appsPort() {
    return URI.create(part(DeliveryEngine.class).url(new AppId("abcdefgh"))).getPort();
  }

  /** The process that apps are forked from: the child of this one that speaks for the runner. */
  public ProcessHandle forkServer() {
    return Children.running("headrace_runner.forkserver").getFirst();
  }

  public <T> T part(Class<T> type) {
    return context.getBean(type);
  }

  public Api anonymous() {
    return new Api(url());
  }

  /** Somebody without an account, at another port. */
  public Api anonymousAt(String url) {
    return new Api(url);
  }

  /** A new account, logged in. */
  public Api signUp(String username) {
    signUp(username, PASSWORD).ok();
    return anonymous().logIn(username, PASSWORD);
  }

  /** The answer to somebody who wants an account. */
  public Api.Answer signUp(String username, String password) {
    return anonymous()
        .post(
            "/api/auth/signup",
            Map.of("username", username, "email", username + "@example.com", "password", password));
  }

  @Override
  public void close() {
    context.close();
  }
}
