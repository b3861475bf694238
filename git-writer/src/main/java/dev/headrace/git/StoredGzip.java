package dev.headrace.git;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;

/**
 * Gzip (RFC 1952) of stored blocks: what a compressor makes of the same bytes may change from one
 * library version to the next, this cannot.
 */
final class StoredGzip {

  /** Deflate, no name, no time, no known system. */
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

  private static final int LARGEST_BLOCK = 0xffff;
  private static final int BLOCK_HEADER = 5;
  private static final int TRAILER = 8;

  private StoredGzip() {}

  static byte[] of(byte[] bytes) {
    int blocks = Math.max(1, Math.ceilDiv(bytes.length, LARGEST_BLOCK));
    ByteBuffer gzip =
        ByteBuffer.allocate(HEADER.length + blocks * BLOCK_HEADER + bytes.length + TRAILER)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(HEADER);
    for (int block = 0; block < blocks; block++) {
      int start = block * LARGEST_BLOCK;
      int length = Math.min(LARGEST_BLOCK, bytes.length - start);
      boolean last = block == blocks - 1;
      gzip.put((byte) (last ? 1 : 0))
          .putShort((short) length)
          .putShort((short) ~length)
          .put(bytes, start, length);
    }
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return gzip.putInt((int) crc.getValue()).putInt(bytes.length).array();
  }
}
