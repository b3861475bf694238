package dev.headrace.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.SFChunk;
import org.h2.mvstore.SingleFileStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store's file, with a reserve of disk space beside it. A store that could not write a commit
 * to its end closes for good; so when the disk is full, the reserve is given up for the commit
 * under way, and no further write is begun until there is room for a new one.
 */
final class StoreFile extends SingleFileStore {
  private static final Logger log = LoggerFactory.getLogger(StoreFile.class);

  private static final int CACHE_MEGABYTES = 8;

  /** Far more than one commit takes. */
  private static final int RESERVE_BYTES = 2 << 20;

  private final Path reserve;

  StoreFile(Path folder) {
    super(Map.of("cacheSize", CACHE_MEGABYTES));
    reserve = folder.resolve("reserve");
    open(folder.resolve("store.mv").toString(), false, null);
  }

  /** Whether a write that is begun now can be ended. */
  boolean hasReserve() {
    try {
      if (Files.notExists(reserve) || Files.size(reserve) < RESERVE_BYTES) {
        byte[] incompressible = new byte[RESERVE_BYTES];
        new Random().nextBytes(incompressible);
        Files.write(reserve, incompressible);
      }
      return true;
    } catch (IOException e) {
      giveUpReserve();
      return false;
    }
  }

  @Override
  protected void writeFully(@Nullable SFChunk chunk, long position, ByteBuffer bytes) {
    ByteBuffer again = bytes.duplicate();
    try {
      super.writeFully(chunk, position, bytes);
    } catch (MVStoreException e) {
      log.error("the store's file cannot grow; no more is written until there is room", e);
      giveUpReserve();
      super.writeFully(chunk, position, again);
    }
  }

  private void giveUpReserve() {
    try {
      Files.deleteIfExists(reserve);
    } catch (IOException e) {
      log.error("{} cannot be deleted", reserve, e);
    }
  }
}
