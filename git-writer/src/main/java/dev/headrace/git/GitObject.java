package dev.headrace.git;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.jspecify.annotations.Nullable;

/**
 * An object of git: its name, its bytes and, from the first time that somebody asks, its form in a
 * pack. Safe for use by several threads.
 */
final class GitObject {

  private final ObjectId id;
  private final int type;
  private final byte[] bytes;
  private volatile byte @Nullable [] packed;

  private GitObject(ObjectId id, int type, byte[] bytes) {
    this.id = id;
    this.type = type;
    this.bytes = bytes;
  }

  /** The arrays must not change any more. */
  static GitObject of(int type, byte[] bytes) {
    return new GitObject(idOf(type, bytes), type, bytes);
  }

  /**
   * JGit's SHA-1 refuses bytes that were made to collide, which only a person's file can be; the
   * JDK's is faster.
   */
  static ObjectId idOf(int type, byte[] bytes) {
    if (type == Constants.OBJ_BLOB) {
      return new ObjectInserter.Formatter().idFor(type, bytes);
    }
    MessageDigest sha1 = Digests.sha1();
    String header = Constants.typeString(type) + " " + bytes.length + "\0";
    sha1.update(header.getBytes(StandardCharsets.US_ASCII));
    return ObjectId.fromRaw(sha1.digest(bytes));
  }

  ObjectId id() {
    return id;
  }

  int type() {
    return type;
  }

  byte[] bytes() {
    return bytes;
  }

  /** Type and length in groups of 4 and then 7 bits, lowest first, followed by the zlib stream. */
  byte[] packed() {
    byte[] known = packed;
    if (known == null) {
      byte[] stream =
          type == Constants.OBJ_TREE ? Zlib.storedOrDeflated(bytes) : Zlib.deflated(bytes);
      byte[] header = header();
      known = ByteBuffer.allocate(header.length + stream.length).put(header).put(stream).array();
      packed = known;
    }
    return known;
  }

  private byte[] header() {
    ByteBuffer header = ByteBuffer.allocate(6);
    int rest = bytes.length >>> 4;
    int group = (type << 4) | (bytes.length & 15);
    while (rest != 0) {
      header.put((byte) (group | 0x80));
      group = rest & 0x7f;
      rest >>>= 7;
    }
    header.put((byte) group);
    return Arrays.copyOf(header.array(), header.position());
  }
}
