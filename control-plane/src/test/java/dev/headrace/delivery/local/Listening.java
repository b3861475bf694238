package dev.headrace.delivery.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The TCP ports that this process listens on, as Linux tells them. */
final class Listening {
  private static final String STATE_LISTEN = "0A";
  private static final int LOCAL_ADDRESS = 1;
  private static final int STATE = 3;
  private static final int INODE = 9;

  private Listening() {}

  static List<Integer> ofThisProcess() {
    try {
      Set<String> sockets = sockets();
      List<Integer> ports = new ArrayList<>();
      for (String table : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
        for (String line : Files.readAllLines(Path.of(table))) {
          List<String> fields = List.of(line.strip().split("\\s+"));
          if (fields.get(STATE).equals(STATE_LISTEN)
              && sockets.contains("socket:[" + fields.get(INODE) + "]")) {
            String address = fields.get(LOCAL_ADDRESS);
            ports.add(Integer.parseInt(address.substring(address.indexOf(':') + 1), 16));
          }
        }
      }
      return ports;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Set<String> sockets() throws IOException {
    Set<String> sockets = new HashSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path file : files) {
        target(file).ifPresent(sockets::add);
      }
    }
    return sockets;
  }

  /** Empty when it was closed meanwhile. */
  private static Optional<String> target(Path file) throws IOException {
    try {
      return Optional.of(Files.readSymbolicLink(file).toString());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
