package dev.headrace.git;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Packs that a power cut left incomplete. Headrace's own are whole before they get their name; this
 * is for packs that other tools wrote. Git would take their objects for present and not write them
 * again.
 */
final class TornPacks {

  private static final Logger log = LoggerFactory.getLogger(TornPacks.class);
  private static final int HASH = 20;
  private static final int SMALLEST = 12 + HASH;

  private TornPacks() {}

  /** Renames torn packs, so that git sees them no more; nothing is deleted. */
  static void setAside(Path packFolder) throws IOException {
    try (DirectoryStream<Path> packs = Files.newDirectoryStream(packFolder, "pack-*.pack")) {
      for (Path pack : packs) {
        Path index = beside(pack, ".idx");
        if (Files.exists(index) && !belongTogether(pack, index)) {
          log.warn("Set aside the torn pack {}", pack.getFileName());
          Files.move(index, beside(pack, ".idx.torn"), StandardCopyOption.REPLACE_EXISTING);
          Files.move(pack, beside(pack, ".pack.torn"), StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  private static Path beside(Path pack, String ending) {
    String name = pack.getFileName().toString();
    return pack.resolveSibling(name.substring(0, name.length() - ".pack".length()) + ending);
  }

  /** A pack ends with its checksum; its index ends with the same one and then its own. */
  private static boolean belongTogether(Path pack, Path index) throws IOException {
    long packSize = Files.size(pack);
    long indexSize = Files.size(index);
    return packSize >= SMALLEST
        && indexSize >= 2 * HASH
        && Arrays.equals(hashAt(pack, packSize - HASH), hashAt(index, indexSize - 2 * HASH));
  }

  private static byte[] hashAt(Path file, long position) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
      byte[] hash = new byte[HASH];
      open.seek(position);
      open.readFully(hash);
      return hash;
    }
  }
}
