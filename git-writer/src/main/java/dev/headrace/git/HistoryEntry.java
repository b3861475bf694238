package dev.headrace.git;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.CRC32;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;

/**
 * What {@link HistoryFile} says of one commit. The bytes may change with any version: what does not
 * fit is made again.
 *
 * @param at seconds since 1970; never before the commit before it, also where the clock went back
 * @param previous number of the commit before it of the same directory; negative if there is none
 * @param versions how many the app has had, with this one
 */
record HistoryEntry(
    ObjectId commit,
    long at,
    int previous,
    int versions,
    HistoryKey directory,
    HistoryKey request) {

  static final int BYTES = 72;

  private static final int CHECKED = BYTES - Integer.BYTES;
  private static final int DIRECTORY_AT =
      Constants.OBJECT_ID_LENGTH + Long.BYTES + 2 * Integer.BYTES;
  private static final int REQUEST_AT = DIRECTORY_AT + 2 * Long.BYTES;

  OptionalInt before() {
    return previous < 0 ? OptionalInt.empty() : OptionalInt.of(previous);
  }

  CommitId id() {
    return CommitId.of(commit);
  }

  /** Ends with a check sum over these bytes and the number, so that a torn write is no entry. */
  void write(int number, ByteBuffer to, int offset) {
    byte[] bytes = new byte[BYTES];
    ByteBuffer entry = ByteBuffer.wrap(bytes);
    commit.copyRawTo(bytes, 0);
    entry.position(Constants.OBJECT_ID_LENGTH);
    entry.putLong(at).putInt(previous).putInt(versions);
    entry.putLong(directory.high()).putLong(directory.low());
    entry.putLong(request.high()).putLong(request.low());
    entry.putInt(checkSum(number, bytes));
    to.put(offset, bytes);
  }

  /** Empty if these are not the bytes of this number's entry. */
  static Optional<HistoryEntry> read(int number, ByteBuffer from, int offset) {
    byte[] bytes = new byte[BYTES];
    from.get(offset, bytes);
    ByteBuffer entry = ByteBuffer.wrap(bytes);
    return entry.getInt(CHECKED) == checkSum(number, bytes)
        ? Optional.of(unchecked(bytes))
        : Optional.empty();
  }

  /** For what was checked before. */
  static HistoryEntry unchecked(ByteBuffer from, int offset) {
    byte[] bytes = new byte[BYTES];
    from.get(offset, bytes);
    return unchecked(bytes);
  }

  /** Only this of it, likewise. */
  static HistoryKey directory(ByteBuffer from, int offset) {
    return key(from, offset + DIRECTORY_AT);
  }

  /** Only this of it, likewise. */
  static HistoryKey request(ByteBuffer from, int offset) {
    return key(from, offset + REQUEST_AT);
  }

  private static HistoryKey key(ByteBuffer from, int offset) {
    return new HistoryKey(from.getLong(offset), from.getLong(offset + Long.BYTES));
  }

  private static HistoryEntry unchecked(byte[] bytes) {
    ByteBuffer entry = ByteBuffer.wrap(bytes).position(Constants.OBJECT_ID_LENGTH);
    return new HistoryEntry(
        ObjectId.fromRaw(bytes),
        entry.getLong(),
        entry.getInt(),
        entry.getInt(),
        new HistoryKey(entry.getLong(), entry.getLong()),
        new HistoryKey(entry.getLong(), entry.getLong()));
  }

  private static int checkSum(int number, byte[] bytes) {
    CRC32 sum = new CRC32();
    sum.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, number));
    sum.update(bytes, 0, CHECKED);
    return (int) sum.getValue();
  }
}
