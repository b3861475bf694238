package dev.headrace.benchmarks.git;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.headrace.git.GitProtocol;
import dev.headrace.git.PlatformRepository;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;

/** Headrace's side of git's protocol over HTTP on loopback, without asking who it is. */
final class GitServer implements AutoCloseable {
  private final PlatformRepository repository;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;

  GitServer(PlatformRepository repository) throws IOException {
    this.repository = repository;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::serve);
    server.setExecutor(threads);
    server.start();
  }

  String address() {
    return "http://localhost:%d/platform.git".formatted(server.getAddress().getPort());
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      String dialect = exchange.getRequestHeaders().getFirst("Git-Protocol");
      GitProtocol.Client client =
          new GitProtocol.Client(dialect == null ? List.of() : List.of(dialect.split(":")), false);
      boolean refs = exchange.getRequestMethod().equals("GET");
      exchange
          .getResponseHeaders()
          .add(
              "Content-Type",
              "application/x-git-upload-pack-" + (refs ? "advertisement" : "result"));
      exchange.sendResponseHeaders(200, 0);
      try (OutputStream out = exchange.getResponseBody()) {
        if (refs) {
          repository.protocol().advertiseFetch(client, out);
        } else {
          var _ = repository.protocol().fetch(client, body(exchange), out);
        }
      }
    }
  }

  private static byte[] body(HttpExchange exchange) throws IOException {
    boolean deflated = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    try (InputStream in =
        deflated ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody()) {
      return in.readAllBytes();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
