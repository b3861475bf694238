package dev.headrace.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryFileTest {

  private static final int CHUNK = 4;

  @TempDir private Path folder;
  private final Random random = new Random(20_261_122L);
  private final List<HistoryEntry> added = new ArrayList<>();

  private HistoryFile open() throws IOException {
    return HistoryFile.open(folder.resolve("history"), CHUNK);
  }

  private void add(HistoryFile file, int entries) {
    for (int i = 0; i < entries; i++) {
      byte[] id = new byte[20];
      random.nextBytes(id);
      HistoryEntry entry =
          new HistoryEntry(
              ObjectId.fromRaw(id),
              random.nextLong(),
              random.nextInt(),
              random.nextInt(),
              new HistoryKey(random.nextLong(), random.nextLong()),
              new HistoryKey(random.nextLong(), random.nextLong()));
      file.add(entry);
      added.add(entry);
    }
  }

  private static List<HistoryEntry> entries(HistoryFile file) {
    return IntStream.range(0, file.count()).mapToObj(file::get).toList();
  }

  @Test
  void whatWasAddedIsReadBeforeAndAfterItIsWrittenAndByTheNext() throws IOException {
    try (HistoryFile file = open()) {
      for (int batch = 0; batch < 6; batch++) {
        add(file, batch);
        assertThat(entries(file)).isEqualTo(added);
        file.write();
        assertThat(entries(file)).isEqualTo(added);
      }
    }
    try (HistoryFile file = open()) {
      assertThat(entries(file)).isEqualTo(added);
      add(file, 3);
    }
    try (HistoryFile file = open()) {
      assertThat(entries(file)).isEqualTo(added);
    }
  }

  @Test
  void aFileCutAnywhereKeepsTheEntriesBeforeTheCut() throws IOException {
    try (HistoryFile file = open()) {
      add(file, 10);
    }
    byte[] whole = Files.readAllBytes(folder.resolve("history"));
    for (int length = whole.length; length >= 0; length -= 17) {
      Files.write(folder.resolve("history"), Arrays.copyOf(whole, length));
      int kept = Math.max(0, length / HistoryEntry.BYTES - 1);
      try (HistoryFile file = open()) {
        assertThat(entries(file)).as("%d bytes", length).isEqualTo(added.subList(0, kept));
      }
    }
  }

  @Test
  void aChangedByteEndsTheFileBeforeItsEntry() throws IOException {
    try (HistoryFile file = open()) {
      add(file, 10);
    }
    byte[] whole = Files.readAllBytes(folder.resolve("history"));
    for (int at = 0; at < whole.length; at += 5) {
      byte[] changed = whole.clone();
      changed[at] ^= 1;
      Files.write(folder.resolve("history"), changed);
      int kept = Math.max(0, at / HistoryEntry.BYTES - 1);
      try (HistoryFile file = open()) {
        assertThat(entries(file)).as("byte %d", at).isEqualTo(added.subList(0, kept));
        add(file, 1);
        assertThat(file.last()).contains(added.getLast());
        added.removeLast();
      }
    }
  }
}
