package dev.headrace.benchmarks.git;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/** The disk under a folder. */
record Disk(Path folder) {
  private static final int TIMES = 200;
  private static final int BYTES = 4_096;

  /**
   * How long it takes to write a new file of 4 KB and force it: the least that durable can mean.
   */
  long[] fsyncNanos() throws IOException {
    long[] nanos = new long[TIMES];
    for (int i = 0; i < TIMES; i++) {
      Path file = folder.resolve("forced-" + i);
      long begun = System.nanoTime();
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.allocate(BYTES));
        channel.force(true);
      }
      nanos[i] = System.nanoTime() - begun;
      Files.delete(file);
    }
    return nanos;
  }

  String fileSystem() throws IOException {
    return Files.getFileStore(folder).type();
  }

  /** Of all files below the folder. */
  static long bytes(Path folder) throws IOException {
    long bytes = 0;
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }
}
