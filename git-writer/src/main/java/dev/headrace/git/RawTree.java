package dev.headrace.git;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;

/**
 * Finds and replaces folders in the bytes of a git tree, which are not taken apart: the trees above
 * apps are large and change by one id at a time.
 */
final class RawTree {

  private static final byte[] FOLDER = "40000 ".getBytes(StandardCharsets.US_ASCII);
  private static final int ID = Constants.OBJECT_ID_LENGTH;

  private RawTree() {}

  /** Where the id of the folder is; negative if there is no folder of that name. */
  static int find(byte[] tree, byte[] name) {
    for (int entry = 0; entry < tree.length; ) {
      int from = endOf(tree, entry, ' ') + 1;
      int end = endOf(tree, from, '\0');
      if (tree[entry] == FOLDER[0] && Arrays.equals(tree, from, end, name, 0, name.length)) {
        return end + 1;
      }
      entry = end + 1 + ID;
    }
    return -1;
  }

  static ObjectId id(byte[] tree, int at) {
    return ObjectId.fromRaw(tree, at);
  }

  /** The tree with this folder, in place of what it held of that name. */
  static byte[] with(byte[] tree, byte[] name, ObjectId folder) {
    int at = find(tree, name);
    if (at >= 0) {
      byte[] copy = tree.clone();
      folder.copyRawTo(copy, at);
      return copy;
    }
    int before = placeFor(tree, name);
    byte[] entry = new byte[FOLDER.length + name.length + 1 + ID];
    System.arraycopy(FOLDER, 0, entry, 0, FOLDER.length);
    System.arraycopy(name, 0, entry, FOLDER.length, name.length);
    folder.copyRawTo(entry, entry.length - ID);
    return ByteBuffer.allocate(tree.length + entry.length)
        .put(tree, 0, before)
        .put(entry)
        .put(tree, before, tree.length - before)
        .array();
  }

  /** The tree without the folder of that name. */
  static byte[] without(byte[] tree, byte[] name) {
    int at = find(tree, name);
    if (at < 0) {
      return tree;
    }
    int from = at - 1 - name.length - FOLDER.length;
    int next = at + ID;
    return ByteBuffer.allocate(tree.length - (next - from))
        .put(tree, 0, from)
        .put(tree, next, tree.length - next)
        .array();
  }

  /** Git sorts a folder as if its name ended with a slash. */
  private static int placeFor(byte[] tree, byte[] name) {
    for (int entry = 0; entry < tree.length; ) {
      int from = endOf(tree, entry, ' ') + 1;
      int end = endOf(tree, from, '\0');
      if (compare(tree, from, end, tree[entry] == FOLDER[0], name) > 0) {
        return entry;
      }
      entry = end + 1 + ID;
    }
    return tree.length;
  }

  private static int compare(byte[] tree, int from, int end, boolean isFolder, byte[] folder) {
    int common = Math.min(end - from, folder.length);
    int difference = Arrays.compareUnsigned(tree, from, from + common, folder, 0, common);
    if (difference != 0) {
      return difference;
    }
    int one = from + common < end ? tree[from + common] & 0xff : isFolder ? '/' : 0;
    int other = common < folder.length ? folder[common] & 0xff : '/';
    return one - other;
  }

  private static int endOf(byte[] tree, int from, char mark) {
    int at = from;
    while (tree[at] != mark) {
      at++;
    }
    return at;
  }
}
