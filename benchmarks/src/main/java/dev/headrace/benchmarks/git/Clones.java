package dev.headrace.benchmarks.git;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.headrace.benchmarks.Figures;
import dev.headrace.benchmarks.Folders;
import dev.headrace.git.GitProtocol;
import dev.headrace.git.PlatformRepository;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;

/**
 * Clones of the tip alone, as Flux and people in a hurry make them: by stock git over HTTP from
 * Headrace, and in turns from {@code git upload-pack} on a copy that is one pack.
 */
final class Clones {
  private static final int ROUNDS = 7;

  private final Path folder;
  private final PlatformRepository repository;
  private final NativeGit git;

  Clones(Path folder, PlatformRepository repository, Path bare) {
    this.folder = folder;
    this.repository = repository;
    this.git = new NativeGit(bare);
  }

  void run(Figures figures) throws IOException, InterruptedException {
    var _ = new Upkeep(repository).settled();
    Path copied = folder.resolve("copy.git");
    git.copyTo(copied).run("repack", "-adq");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    List<Long> ours = new ArrayList<>();
    List<Long> theirs = new ArrayList<>();
    long first;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      server.createContext("/", this::serve);
      server.setExecutor(threads);
      server.start();
      String address = "http://localhost:%d/platform.git".formatted(server.getAddress().getPort());
      first = cloned(address);
      for (int round = 0; round < ROUNDS; round++) {
        ours.add(cloned(address));
        theirs.add(cloned("file://" + copied));
      }
    } finally {
      server.stop(0);
      Folders.delete(copied);
    }
    double our = Figures.percentiles(ours).at(0.5);
    double their = Figures.percentiles(theirs).at(0.5);
    figures.ratio(
        "clone_ratio",
        our / their,
        "git clone --depth 1 takes %.0f ms, the first after a change %.0f ms; by git upload-pack %.0f ms"
            .formatted(our, first / 1e6, their));
  }

  private long cloned(String address) throws IOException, InterruptedException {
    Path clone = folder.resolve("clone.git");
    long begun = System.nanoTime();
    git.run("clone", "--quiet", "--bare", "--depth", "1", address, clone.toString());
    long took = System.nanoTime() - begun;
    Folders.delete(clone);
    return took;
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
}
