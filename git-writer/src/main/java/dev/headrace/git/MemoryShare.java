package dev.headrace.git;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;

/** Memory that may be taken for sending histories, which grows with their length. Thread-safe. */
final class MemoryShare {

  /**
   * What git has in memory for each object that it sends, a little rounded up: docs/benchmarks.md.
   */
  private static final long BYTES_EACH = 250;

  /** Of the heap where JGit sends; of what this machine has beside the heap where git does. */
  private static final int PARTS_OF_HEAP = 3;

  private static final int PARTS_OF_THE_REST = 2;

  private final long bytes;
  private long taken;

  MemoryShare(long bytes) {
    this.bytes = bytes;
  }

  static MemoryShare ofHeap() {
    return new MemoryShare(Runtime.getRuntime().maxMemory() / PARTS_OF_HEAP);
  }

  static MemoryShare besideHeap() {
    long all =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    return new MemoryShare(Math.max(0, all - Runtime.getRuntime().maxMemory()) / PARTS_OF_THE_REST);
  }

  /** Says why so many objects cannot be sent. */
  static final class TooMany extends IOException {
    TooMany(String message) {
      super(message);
    }
  }

  /** So much of it is taken until this is closed. */
  final class Part implements AutoCloseable {
    private final long size;

    private Part(long size) {
      this.size = size;
    }

    @Override
    public void close() {
      giveBack(size);
    }
  }

  synchronized Part take(long objects) throws TooMany {
    long size = objects * BYTES_EACH;
    if (size > bytes) {
      throw new TooMany(
          "All of history is %,d objects, for which sending takes %,d MB of memory; there are %,d MB. Clone with --depth=1, or have the operator give Headrace more memory."
              .formatted(objects, size >> 20, bytes >> 20));
    }
    if (taken + size > bytes) {
      throw new TooMany(
          "Others are being sent all of history, and there is no memory for one more. Try again"
              + " when they have it.");
    }
    taken += size;
    return new Part(size);
  }

  private synchronized void giveBack(long size) {
    taken -= size;
  }
}
