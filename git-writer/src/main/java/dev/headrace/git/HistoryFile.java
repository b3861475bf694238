package dev.headrace.git;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One entry for each of Headrace's commits, in the order of history, in a file that only grows. It
 * is not forced to the disk: what a power cut takes or tears is seen by its check sums, and read
 * from git again. One thread adds; any number read, without waiting.
 */
final class HistoryFile implements Closeable {

  private static final Logger log = LoggerFactory.getLogger(HistoryFile.class);

  /** As long as an entry, so that entries are where their number says. */
  private static final byte[] HEADER =
      Arrays.copyOf("headrace history 1\n".getBytes(StandardCharsets.UTF_8), HistoryEntry.BYTES);

  private final FileChannel file;
  private final int chunk;

  /** All but the last are full; what is written and full is mapped, not held in memory. */
  private final List<ByteBuffer> chunks = new CopyOnWriteArrayList<>();

  private volatile int count;
  private int written;
  private boolean failing;

  private HistoryFile(FileChannel file, int chunk) {
    this.file = file;
    this.chunk = chunk;
  }

  /** Keeps what is whole from the beginning on, and drops the rest. */
  static HistoryFile open(Path path) throws IOException {
    return open(path, 1 << 16);
  }

  /**
   * @param chunk how many entries are mapped together
   */
  static HistoryFile open(Path path, int chunk) throws IOException {
    HistoryFile history =
        new HistoryFile(
            FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
            chunk);
    history.load();
    return history;
  }

  private void load() throws IOException {
    int loaded = 0;
    ByteBuffer header = ByteBuffer.allocate(HEADER.length);
    var _ = file.read(header, 0);
    if (!Arrays.equals(header.array(), HEADER)) {
      file.truncate(0);
    }
    long there = Math.max(0, file.size() / HistoryEntry.BYTES - 1);
    boolean whole = true;
    while (whole && loaded < there) {
      int entries = (int) Math.min(chunk, there - loaded);
      ByteBuffer bytes = map(loaded, entries);
      int good = 0;
      while (good < entries
          && HistoryEntry.read(loaded + good, bytes, good * HistoryEntry.BYTES).isPresent()) {
        good++;
      }
      whole = good == entries;
      if (good > 0) {
        chunks.add(good == chunk ? bytes : inMemory(bytes, good));
      }
      loaded += good;
    }
    count = loaded;
    written = loaded;
    if (file.size() > position(count)) {
      log.warn("The index of history is torn after {} commits; the rest is read from git", count);
      file.truncate(position(count));
    }
  }

  private ByteBuffer inMemory(ByteBuffer mapped, int entries) {
    ByteBuffer copy = ByteBuffer.allocate(chunk * HistoryEntry.BYTES);
    return copy.put(0, mapped, 0, entries * HistoryEntry.BYTES);
  }

  private ByteBuffer map(int from, int entries) throws IOException {
    return file.map(
        FileChannel.MapMode.READ_ONLY, position(from), (long) entries * HistoryEntry.BYTES);
  }

  private static long position(int number) {
    return (number + 1L) * HistoryEntry.BYTES;
  }

  int count() {
    return count;
  }

  HistoryEntry get(int number) {
    return HistoryEntry.unchecked(chunkOf(number), offset(number));
  }

  /** Of the entry of this number. */
  HistoryKey directory(int number) {
    return HistoryEntry.directory(chunkOf(number), offset(number));
  }

  /** Of the entry of this number. */
  HistoryKey request(int number) {
    return HistoryEntry.request(chunkOf(number), offset(number));
  }

  private ByteBuffer chunkOf(int number) {
    if (number >= count) {
      throw new IndexOutOfBoundsException(number);
    }
    return chunks.get(number / chunk);
  }

  private int offset(int number) {
    return number % chunk * HistoryEntry.BYTES;
  }

  Optional<HistoryEntry> last() {
    int known = count;
    return known == 0 ? Optional.empty() : Optional.of(get(known - 1));
  }

  void add(HistoryEntry entry) {
    int number = count;
    if (number % chunk == 0) {
      chunks.add(ByteBuffer.allocate(chunk * HistoryEntry.BYTES));
    }
    entry.write(number, chunks.getLast(), number % chunk * HistoryEntry.BYTES);
    count = number + 1; // publishes the bytes to readers
  }

  /** What cannot be written now is kept in memory, and tried again with the next. */
  void write() {
    try {
      if (written == 0) {
        writeAll(ByteBuffer.wrap(HEADER), 0);
      }
      while (written < count) {
        int within = written % chunk;
        int entries = Math.min(chunk - within, count - written);
        ByteBuffer held = chunks.get(written / chunk);
        writeAll(
            held.slice(within * HistoryEntry.BYTES, entries * HistoryEntry.BYTES),
            position(written));
        written += entries;
        if (written % chunk == 0) {
          chunks.set(written / chunk - 1, map(written - chunk, chunk));
        }
      }
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        log.warn("The index of history cannot be written now; it stays in memory", e);
        failing = true;
      }
    }
  }

  private void writeAll(ByteBuffer bytes, long at) throws IOException {
    long position = at;
    while (bytes.hasRemaining()) {
      position += file.write(bytes, position);
    }
  }

  /** Forgets everything. */
  void clear() throws IOException {
    count = 0;
    written = 0;
    chunks.clear();
    file.truncate(0);
  }

  @Override
  public void close() throws IOException {
    write();
    file.close();
  }
}
