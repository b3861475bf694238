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
  private static final int SMALLEST = 12 + 2 * HASH;
  private static final byte[] PACK_START = {'P', 'A', 'C', 'K', 0, 0, 0, 2};
  private static final byte[] INDEX_START = {(byte) 0xff, 't', 'O', 'c', 0, 0, 0, 2};

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

  /** The checksum that a pack ends with. */
  static byte[] checksum(Path pack) throws IOException {
    return bytesAt(pack, Files.size(pack) - HASH, HASH);
  }

  /** A pack ends with its checksum; its index ends with the same one and then its own. */
  static boolean belongTogether(Path pack, Path index) throws IOException {
    long packSize = Files.size(pack);
    long indexSize = Files.size(index);
    return packSize >= SMALLEST
        && indexSize >= SMALLEST
        && Arrays.equals(bytesAt(pack, 0, PACK_START.length), PACK_START)
        && Arrays.equals(bytesAt(index, 0, INDEX_START.length), INDEX_START)
        && Arrays.equals(
            bytesAt(pack, packSize - HASH, HASH), bytesAt(index, indexSize - 2 * HASH, HASH));
  }

  private static byte[] bytesAt(Path file, long position, int length) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
      byte[] bytes = new byte[length];
      open.seek(position);
      open.readFully(bytes);
      return bytes;
    }
  }
}
