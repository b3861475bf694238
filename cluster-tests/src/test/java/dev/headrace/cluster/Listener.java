package dev.headrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;

/** Somebody at an address that the node's network gets for as long as it is open. */
final class Listener implements AutoCloseable {
  private static final String PROGRAM =
      """
      import socket, subprocess, sys

      address, port = sys.argv[1], int(sys.argv[2])

      def ip(verb):
          subprocess.run(["ip", "address", verb, f"{address}/32", "dev", "lo"], check=True)

      ip("replace")
      server = socket.create_server((address, port))
      print("listens", flush=True)
      sys.stdin.read()
      ip("delete")
      """;

  private final Process process;

  /** Returns when it listens. */
  Listener(InstalledCluster cluster, String address, int port) throws IOException {
    process = cluster.entering("python3", "-c", PROGRAM, address, "" + port).start();
    assertThat(process.inputReader().readLine()).isEqualTo("listens");
  }

  @Override
  public void close() throws IOException {
    process.outputWriter().close();
    var _ = process.onExit().join();
  }
}
