package dev.headrace.gitserver;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedOutputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.zip.GZIPInputStream;

/** The two bodies of one request, within a time and a size. */
final class Exchange {
  private static final int BUFFER = 64 << 10;

  private final HttpServletRequest request;
  private final HttpServletResponse response;
  private final long start = System.nanoTime();
  private final Duration limit;

  Exchange(HttpServletRequest request, HttpServletResponse response, Duration limit) {
    this.request = request;
    this.response = response;
    this.limit = limit;
  }

  /** More was sent, or for longer, than is taken. */
  static final class OverLimit extends IOException {
    OverLimit(String message) {
      super(message);
    }
  }

  /**
   * What the client sends, unpacked.
   *
   * @param most bytes, however few they are packed
   */
  InputStream body(int most) throws IOException {
    InputStream raw = new Bounded(request.getInputStream(), Long.MAX_VALUE);
    return new Bounded(
        "gzip".equals(request.getHeader("Content-Encoding"))
            ? new GZIPInputStream(raw, BUFFER)
            : raw,
        most);
  }

  /** Where the answer goes; the caller flushes it. */
  OutputStream answer(String contentType) throws IOException {
    response.setCharacterEncoding((String) null); // these are no texts
    response.setContentType(contentType);
    response.setHeader("Cache-Control", "no-cache, max-age=0, must-revalidate");
    OutputStream out = response.getOutputStream();
    return new BufferedOutputStream(
        new FilterOutputStream(out) {
          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            requireTime();
            out.write(bytes, offset, length);
          }
        },
        BUFFER);
  }

  private void requireTime() throws OverLimit {
    if (System.nanoTime() - start > limit.toNanos()) {
      throw new OverLimit("it took longer than " + limit.toSeconds() + " s");
    }
  }

  private final class Bounded extends FilterInputStream {
    private final long most;
    private long left;

    Bounded(InputStream in, long most) {
      super(in);
      this.most = most;
      this.left = most;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      requireTime();
      int read = in.read(bytes, offset, length);
      left -= Math.max(read, 0);
      if (left < 0) {
        throw new OverLimit("the request has more than " + most + " bytes");
      }
      return read;
    }

    @Override
    public long skip(long bytes) throws IOException {
      return read(new byte[(int) Math.min(bytes, BUFFER)], 0, (int) Math.min(bytes, BUFFER));
    }
  }
}
