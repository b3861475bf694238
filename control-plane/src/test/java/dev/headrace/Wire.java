package dev.headrace;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;

/** Says exactly these bytes to a port and hears what comes back, for requests no client sends. */
public final class Wire {
  private static final int PATIENCE_MILLIS = 10_000;

  private Wire() {}

  /** Everything that is answered until the other side closes. */
  public static String say(int port, String... lines) {
    return say(port, (String.join("\r\n", lines) + "\r\n\r\n").getBytes(ISO_8859_1));
  }

  public static String say(int port, byte[] bytes) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
      return heard(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String heard(InputStream answers) throws IOException {
    ByteArrayOutputStream heard = new ByteArrayOutputStream();
    try {
      answers.transferTo(heard);
    } catch (SocketException closedAtOnce) {
      return heard.toString(ISO_8859_1);
    }
    return heard.toString(ISO_8859_1);
  }
}
