package dev.headrace.delivery.local;

import dev.headrace.HeadraceSettings;
import dev.headrace.git.AppId;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.ResponseCodeHandler;
import io.undertow.server.handlers.proxy.LoadBalancingProxyClient;
import io.undertow.server.handlers.proxy.ProxyHandler;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.StatusCodes;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The apps' port. An app is found by host, {@code app-<id>.localhost}, or by path, {@code
 * /user/<owner>/app/<id>/} at a known host, which is taken off before the app sees the request. No
 * other host name leads to an app, so that a page elsewhere cannot make one of its own names mean
 * an app here. Switching a route leaves requests under way with the instance that has them.
 * Thread-safe.
 */
final class AppsProxy implements AutoCloseable {
  private static final Pattern HOST = Pattern.compile("app-([a-z0-9]{8})\\.localhost\\.?");
  private static final Pattern PATH =
      Pattern.compile("(/user/([0-9a-f]{24})/app/([a-z0-9]{8}))(/.*)?");
  private static final HttpString FORWARDED_PREFIX = new HttpString("X-Forwarded-Prefix");

  /** Shorter than the runner keeps an idle connection, so that none is used as it closes. */
  private static final int IDLE_CONNECTION_MILLIS = 20_000;

  private static final int CONNECTIONS_PER_THREAD = 256;
  private static final int RETRY_SECONDS = 2;

  /** What visitors of a stopped app read. */
  static final String STOPPED = "This app is stopped.";

  private final Predicate<String> knownHost;
  private final Map<AppId, Route> routes = new ConcurrentHashMap<>();
  private final Undertow server;

  private record Route(String ownerId, Target target) {}

  private sealed interface Target {
    record Instance(Upstream upstream) implements Target {}

    /**
     * @param passing whether it is worth asking again soon
     */
    record Nothing(String why, boolean passing) implements Target {}
  }

  AppsProxy(InetSocketAddress address, Predicate<String> knownHost) {
    this.knownHost = knownHost;
    server =
        Undertow.builder()
            .addHttpListener(address.getPort(), address.getHostString())
            .setHandler(this::handle)
            .setIoThreads(2)
            .setWorkerThreads(4)
            .setServerOption(UndertowOptions.ALLOW_UNESCAPED_CHARACTERS_IN_URL, true)
            .setServerOption(UndertowOptions.DECODE_URL, false)
            .build();
    server.start();
  }

  int port() {
    return address().getPort();
  }

  /** Where this machine reaches it, as in a URL. */
  String reachableAt() {
    InetAddress bound = address().getAddress();
    return (bound.isAnyLocalAddress() ? "127.0.0.1" : HeadraceSettings.urlHost(bound))
        + ":"
        + port();
  }

  private InetSocketAddress address() {
    return (InetSocketAddress) server.getListenerInfo().getFirst().getAddress();
  }

  /** Completes when the instance that this one replaces has no request under way any more. */
  CompletableFuture<Void> route(AppId app, String ownerId, int instancePort) {
    LoadBalancingProxyClient instance =
        new LoadBalancingProxyClient()
            .addHost(URI.create("http://127.0.0.1:" + instancePort))
            .setConnectionsPerThread(CONNECTIONS_PER_THREAD)
            .setTtl(IDLE_CONNECTION_MILLIS);
    HttpHandler handler =
        ProxyHandler.builder()
            .setProxyClient(instance)
            .setNext(ResponseCodeHandler.HANDLE_404)
            .build();
    return replace(app, new Route(ownerId, new Target.Instance(new Upstream(handler))));
  }

  /**
   * @param why for whoever asks for the app meanwhile
   */
  void unroute(AppId app, String ownerId, String why) {
    var _ = replace(app, new Route(ownerId, new Target.Nothing(why, true)));
  }

  /**
   * Until somebody starts the app; completes when the instance that served has no request under way
   * any more.
   */
  CompletableFuture<Void> stopped(AppId app, String ownerId) {
    return replace(app, new Route(ownerId, new Target.Nothing(STOPPED, false)));
  }

  private CompletableFuture<Void> replace(AppId app, Route route) {
    Route replaced = routes.put(app, route);
    return replaced != null && replaced.target() instanceof Target.Instance(Upstream old)
        ? old.retire()
        : CompletableFuture.completedFuture(null);
  }

  void forget(AppId app) {
    routes.remove(app);
  }

  private void handle(HttpServerExchange exchange) throws Exception {
    if (hasUnclearLength(exchange.getRequestHeaders())) {
      exchange.setPersistent(false);
      refuse(exchange, StatusCodes.BAD_REQUEST, "The request states its length in two ways.");
      return;
    }
    Matcher byHost = HOST.matcher(exchange.getHostName().toLowerCase(Locale.ROOT));
    if (byHost.matches()) {
      exchange.getRequestHeaders().remove(FORWARDED_PREFIX);
      String host = exchange.getRequestHeaders().getFirst(Headers.HOST);
      exchange.getRequestHeaders().put(Headers.HOST, host.toLowerCase(Locale.ROOT));
      pass(new AppId(byHost.group(1)), route -> true, exchange);
      return;
    }
    Matcher byPath = PATH.matcher(exchange.getRequestPath());
    if (!byPath.matches() || !knownHost.test(exchange.getHostName())) {
      refuse(exchange, StatusCodes.NOT_FOUND, "No app has this address.");
      return;
    }
    if (byPath.group(4) == null) {
      exchange.setStatusCode(StatusCodes.PERMANENT_REDIRECT);
      String query = exchange.getQueryString();
      exchange
          .getResponseHeaders()
          .put(Headers.LOCATION, byPath.group(1) + "/" + (query.isEmpty() ? "" : "?" + query));
      return;
    }
    exchange.getRequestHeaders().put(FORWARDED_PREFIX, byPath.group(1));
    exchange.setResolvedPath(byPath.group(1));
    String owner = byPath.group(2);
    pass(new AppId(byPath.group(3)), route -> route.ownerId().equals(owner), exchange);
  }

  /** Looks again when the instance found was replaced in between. */
  private void pass(AppId app, Predicate<Route> allowed, HttpServerExchange exchange)
      throws Exception {
    boolean passed = false;
    while (!passed) {
      Route route = routes.get(app);
      if (route == null || !allowed.test(route)) {
        refuse(exchange, StatusCodes.NOT_FOUND, "No app has this address.");
        return;
      }
      switch (route.target()) {
        case Target.Instance(Upstream upstream) -> passed = upstream.handle(exchange);
        case Target.Nothing(String why, boolean passing) -> {
          if (passing) {
            exchange.getResponseHeaders().put(Headers.RETRY_AFTER, RETRY_SECONDS);
          }
          refuse(exchange, StatusCodes.SERVICE_UNAVAILABLE, why);
          return;
        }
      }
    }
  }

  /** What two readers may read differently is how one request is smuggled inside another. */
  private static boolean hasUnclearLength(HeaderMap headers) {
    HeaderValues lengths = headers.get(Headers.CONTENT_LENGTH);
    HeaderValues codings = headers.get(Headers.TRANSFER_ENCODING);
    if (codings != null) {
      return lengths != null
          || codings.size() > 1
          || !codings.getFirst().equalsIgnoreCase("chunked");
    }
    return lengths != null && lengths.size() > 1;
  }

  private static void refuse(HttpServerExchange exchange, int status, String text) {
    exchange.setStatusCode(status);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain; charset=utf-8");
    exchange.getResponseSender().send(text + "\n");
  }

  @Override
  public void close() {
    server.stop();
  }
}
