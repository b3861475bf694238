package dev.headrace.git;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a maintenance leaves that did not come to its end. None of it holds anything that is not
 * elsewhere, so it is removed. For who holds the writer's lock, while nothing writes such files.
 */
final class Leftovers {

  private static final Logger log = LoggerFactory.getLogger(Leftovers.class);
  private static final int HASH = 20;
  private static final int CHUNKS_AT = 6;
  private static final int CHUNK_ENTRY = 12;

  private Leftovers() {}

  /** Files that were being written, in the folder of packs. */
  static void removeUnfinishedPacks(Path packs) throws IOException {
    remove(packs, "{.tmp-,tmp_pack_,tmp_idx_,tmp_rev_}*");
    remove(packs, "multi-pack-index.lock");
  }

  /** Files that were being written, in the folder of the commit-graph. */
  static void removeUnfinishedGraphs(Path info) throws IOException {
    if (Files.isDirectory(info)) {
      remove(info, "{*.lock,.tmp-*}");
    }
    Path chain = info.resolve("commit-graphs");
    if (Files.isDirectory(chain)) {
      remove(chain, "{*.lock,tmp_graph_*}");
    }
  }

  private static void remove(Path folder, String names) throws IOException {
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, names)) {
      for (Path file : found) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** Indexes over packs and commits that are torn, or say what is not so any more. */
  static void removeTorn(Path objects) throws IOException {
    Path packs = objects.resolve("pack");
    try (DirectoryStream<Path> indexes = Files.newDirectoryStream(packs, "pack-*.idx")) {
      for (Path index : indexes) {
        String name = index.getFileName().toString();
        if (Files.notExists(index.resolveSibling(name.replaceAll("idx$", "pack")))) {
          Files.delete(index);
        }
      }
    }
    Path graph = objects.resolve("info/commit-graph");
    if (Files.exists(graph) && chunks(graph, "CGPH", 8).isEmpty()) {
      log.warn("Remove the torn commit-graph; it is written again");
      Files.delete(graph);
    }
    Path all = packs.resolve("multi-pack-index");
    if (Files.exists(all) && !namesPacksThatAreThere(all)) {
      log.warn("Remove the multi-pack-index, which is torn or out of date; it is written again");
      Files.delete(all);
    }
  }

  private record Chunk(long from, long to) {}

  /**
   * The parts of a file as git's commit-graph and multi-pack-index are, by their names; empty if it
   * is torn.
   */
  private static Optional<Map<String, Chunk>> chunks(Path file, String magic, int header)
      throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
      long size = open.length();
      if (size < header + CHUNK_ENTRY + HASH || !magic.equals(text(open, 0, magic.length()))) {
        return Optional.empty();
      }
      open.seek(CHUNKS_AT);
      int count = open.readUnsignedByte();
      long begin = header + (count + 1L) * CHUNK_ENTRY;
      if (size < begin + HASH) {
        return Optional.empty();
      }
      Map<String, Chunk> chunks = new HashMap<>();
      for (int i = 0; i < count; i++) {
        open.seek(header + (long) i * CHUNK_ENTRY + 4);
        long from = open.readLong();
        open.skipBytes(4);
        long to = open.readLong();
        if (from < begin || to < from || to > size - HASH) {
          return Optional.empty();
        }
        chunks.put(text(open, header + (long) i * CHUNK_ENTRY, 4), new Chunk(from, to));
      }
      boolean whole = chunks.values().stream().anyMatch(chunk -> chunk.to() == size - HASH);
      return whole && !"\0".repeat(HASH).equals(text(open, size - HASH, HASH))
          ? Optional.of(chunks)
          : Optional.empty();
    }
  }

  private static boolean namesPacksThatAreThere(Path index) throws IOException {
    Optional<Chunk> names = chunks(index, "MIDX", 12).map(chunks -> chunks.get("PNAM"));
    if (names.isEmpty() || names.get().to() - names.get().from() > Files.size(index)) {
      return false;
    }
    try (RandomAccessFile open = new RandomAccessFile(index.toFile(), "r")) {
      String all = text(open, names.get().from(), (int) (names.get().to() - names.get().from()));
      return List.of(all.split("\0+")).stream()
          .allMatch(name ->
              name.endsWith(".idx")
                  && Files.exists(index.resolveSibling(name.replaceAll("idx$", "pack"))));
    }
  }

  private static String text(RandomAccessFile file, long at, int length) throws IOException {
    byte[] bytes = new byte[length];
    file.seek(at);
    file.readFully(bytes);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
