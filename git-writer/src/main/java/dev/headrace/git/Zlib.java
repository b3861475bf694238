package dev.headrace.git;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.zip.Adler32;
import java.util.zip.Deflater;

/** Streams of zlib's format, made quickly rather than small: a repack makes them small. */
final class Zlib {

  /** A deflater takes longer to make than most of our objects take to deflate. */
  private static final BlockingQueue<Deflater> IDLE = new ArrayBlockingQueue<>(16);

  private static final int STORED_MOST = 0xffff;
  private static final byte[] STORED_START = {0x78, 0x01, 0x01};

  private Zlib() {}

  static byte[] deflated(byte[] bytes) {
    Deflater idle = IDLE.poll();
    Deflater deflater = idle == null ? new Deflater(Deflater.BEST_SPEED) : idle;
    deflater.setInput(bytes);
    deflater.finish();
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length / 2 + 64);
    byte[] buffer = new byte[Math.min(bytes.length + 64, 8_192)];
    while (!deflater.finished()) {
      out.write(buffer, 0, deflater.deflate(buffer));
    }
    deflater.reset();
    if (!IDLE.offer(deflater)) {
      deflater.end();
    }
    return out.toByteArray();
  }

  /** For bytes that hardly deflate, such as the ids of a tree: as they are, if one block does. */
  static byte[] storedOrDeflated(byte[] bytes) {
    if (bytes.length > STORED_MOST) {
      return deflated(bytes);
    }
    Adler32 sum = new Adler32();
    sum.update(bytes);
    int length = bytes.length;
    return ByteBuffer.allocate(STORED_START.length + 4 + length + 4)
        .put(STORED_START)
        .put((byte) length)
        .put((byte) (length >>> 8))
        .put((byte) ~length)
        .put((byte) (~length >>> 8))
        .put(bytes)
        .putInt((int) sum.getValue())
        .array();
  }
}
