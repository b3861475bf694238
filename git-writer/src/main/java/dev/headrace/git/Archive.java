package dev.headrace.git;

import java.util.HexFormat;
import java.util.SortedMap;

/**
 * A directory's files as a gzipped tar: one tree, the same bytes on every machine and for ever.
 *
 * @param bytes not to be changed
 * @param sha256 of the bytes, 64 lower-case hex digits
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Archive(byte[] bytes, String sha256) {

  static Archive of(SortedMap<String, byte[]> files) {
    byte[] bytes = StoredGzip.of(Ustar.of(files));
    return new Archive(bytes, HexFormat.of().formatHex(Digests.sha256(bytes)));
  }

  public int size() {
    return bytes.length;
  }
}
