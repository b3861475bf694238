package dev.headrace.upgrade;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Asked by apps, by name, while they start: it lets them, refuses them, or keeps them waiting. */
final class Gatekeeper implements AutoCloseable {
  private final Map<String, Boolean> refused = new ConcurrentHashMap<>();
  private final Map<String, CountDownLatch> held = new ConcurrentHashMap<>();
  private final ExecutorService askers = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;

  Gatekeeper() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(askers);
    server.createContext("/", this::answer);
    server.start();
  }

  /** The code of an app that asks under this name. */
  String appThatAsksAs(String name) {
    return """
    import httpx
    from fastapi import FastAPI
    httpx.get("http://127.0.0.1:%d/%s", timeout=60).raise_for_status()
    app = FastAPI()
    """
        .formatted(server.getAddress().getPort(), name);
  }

  void refuse(String name) {
    refused.put(name, true);
  }

  void allowAll() {
    refused.clear();
  }

  void hold(String name) {
    held.put(name, new CountDownLatch(1));
  }

  void release(String name) {
    Objects.requireNonNull(held.remove(name)).countDown();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String name = exchange.getRequestURI().getPath().substring(1);
    CountDownLatch wait = held.get(name);
    try (exchange) {
      if (wait != null) {
        wait.await();
      }
      exchange.sendResponseHeaders(refused.containsKey(name) ? 503 : 200, -1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    askers.shutdownNow();
  }
}
