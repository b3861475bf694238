package dev.headrace.git;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;
import org.eclipse.jgit.internal.storage.file.BasePackIndexWriter;
import org.eclipse.jgit.transport.PackedObjectInfo;

/**
 * Writes a git pack. JGit's own inserter names a pack before its bytes are on the disk; this one
 * forces pack and index first, so that a power cut never leaves a torn pack under a valid name.
 */
final class PackFile {

  private static final byte[] MAGIC = "PACK".getBytes(StandardCharsets.US_ASCII);

  /** JGit takes whatever ends with .pack and has an index beside it for a pack. */
  static final String FRESH_PACK = "tmp_headrace_pack";

  static final String FRESH_INDEX = "tmp_headrace_idx";

  private PackFile() {}

  static File write(Path folder, Collection<GitObject> objects) throws IOException {
    ByteArrayOutputStream pack = new ByteArrayOutputStream();
    pack.writeBytes(MAGIC);
    pack.writeBytes(ByteBuffer.allocate(8).putInt(2).putInt(objects.size()).array());
    List<PackedObjectInfo> entries = append(objects, pack);
    MessageDigest sha1 = Digests.sha1();
    byte[] checksum = sha1.digest(pack.toByteArray());
    pack.writeBytes(checksum);

    ByteArrayOutputStream index = new ByteArrayOutputStream();
    entries.sort(null);
    BasePackIndexWriter.createVersion(index, 2).write(entries, checksum);

    Path freshPack = folder.resolve(FRESH_PACK);
    Path freshIndex = folder.resolve(FRESH_INDEX);
    try {
      Durable.write(freshPack, pack.toByteArray());
      Durable.write(freshIndex, index.toByteArray());
      String name = "pack-" + HexFormat.of().formatHex(checksum);
      Path named = folder.resolve(name + ".pack");
      Files.move(freshIndex, folder.resolve(name + ".idx"), StandardCopyOption.ATOMIC_MOVE);
      Files.move(freshPack, named, StandardCopyOption.ATOMIC_MOVE);
      Durable.forceFolder(folder);
      return named.toFile();
    } finally {
      Files.deleteIfExists(freshPack);
      Files.deleteIfExists(freshIndex);
    }
  }

  private static List<PackedObjectInfo> append(
      Collection<GitObject> objects, ByteArrayOutputStream pack) {
    List<PackedObjectInfo> entries = new ArrayList<>(objects.size());
    for (GitObject object : objects) {
      byte[] packed = object.packed();
      CRC32 crc = new CRC32();
      crc.update(packed);
      PackedObjectInfo entry = new PackedObjectInfo(object.id());
      entry.setOffset(pack.size());
      entry.setCRC((int) crc.getValue());
      entries.add(entry);
      pack.writeBytes(packed);
    }
    return entries;
  }
}
