package dev.headrace.delivery.flux;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.headrace.git.Archive;
import dev.headrace.git.TreeId;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves directories of the platform repository as archives, by tree id: of any commit, at any
 * time, because Flux fetches again whenever it starts anew. On a port of its own, so that a network
 * policy can keep everybody but kustomize-controller away.
 */
final class ArtifactServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ArtifactServer.class);

  /** {@code v1} is the archive's format, which never changes under this name. */
  private static final Pattern PATH = Pattern.compile("/artifacts/v1/([0-9a-f]{40})\\.tar\\.gz");

  private final Function<TreeId, Optional<Archive>> archives;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  ArtifactServer(InetSocketAddress address, Function<TreeId, Optional<Archive>> archives)
      throws IOException {
    this.archives = archives;
    this.server = HttpServer.create(address, 0);
    server.setExecutor(threads);
    server.createContext("/", this::answerLogged);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  private void answerLogged(HttpExchange exchange) throws IOException {
    try (exchange) {
      answer(exchange);
    } catch (RuntimeException e) {
      log.error("{} could not be served", exchange.getRequestURI(), e);
      throw e;
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    boolean head = exchange.getRequestMethod().equals("HEAD");
    if (!head && !exchange.getRequestMethod().equals("GET")) {
      exchange.sendResponseHeaders(405, -1);
      return;
    }
    Matcher path = PATH.matcher(exchange.getRequestURI().getPath());
    Optional<Archive> found =
        path.matches() ? archives.apply(new TreeId(path.group(1))) : Optional.empty();
    if (found.isEmpty()) {
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    Archive archive = found.get();
    String tag = '"' + archive.sha256() + '"';
    exchange.getResponseHeaders().set("ETag", tag);
    exchange.getResponseHeaders().set("Content-Type", "application/gzip");
    if (tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
      exchange.sendResponseHeaders(304, -1);
      return;
    }
    if (head) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(archive.size()));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    exchange.sendResponseHeaders(200, archive.size());
    try (OutputStream body = exchange.getResponseBody()) {
      body.write(archive.bytes());
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
