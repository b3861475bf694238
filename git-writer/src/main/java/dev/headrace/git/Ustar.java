package dev.headrace.git;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SortedMap;

/**
 * A tar of regular files (POSIX ustar) in which nothing is left to chance: files by the bytes of
 * their path, mode 0644, owner 0, time 0. A path that is long or not ASCII is in a pax header.
 */
final class Ustar {

  private static final int BLOCK = 512;
  private static final int LONGEST_NAME = 100;
  private static final char FILE = '0';
  private static final char PAX_HEADER = 'x';

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private Ustar() {}

  static byte[] of(SortedMap<String, byte[]> files) {
    Ustar tar = new Ustar();
    files.entrySet().stream()
        .sorted((a, b) ->
            Arrays.compareUnsigned(a.getKey().getBytes(UTF_8), b.getKey().getBytes(UTF_8)))
        .forEach(file -> tar.add(file.getKey(), file.getValue()));
    tar.out.writeBytes(new byte[2 * BLOCK]);
    return tar.out.toByteArray();
  }

  private void add(String path, byte[] content) {
    byte[] name = path.getBytes(UTF_8);
    if (name.length > LONGEST_NAME || path.chars().anyMatch(each -> each > 0x7f)) {
      add(PAX_HEADER, "pax".getBytes(UTF_8), paxRecord("path", name));
      name = path.replaceAll("[^\\x00-\\x7f]", "_").getBytes(UTF_8);
    }
    add(FILE, name, content);
  }

  /** A record begins with its own length, which counts the digits of that length too. */
  private static byte[] paxRecord(String key, byte[] value) {
    int rest = 1 + key.length() + 1 + value.length + 1;
    int length = rest + 1;
    while (Integer.toString(length).length() + rest > length) {
      length++;
    }
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    record.writeBytes((length + " " + key + "=").getBytes(UTF_8));
    record.writeBytes(value);
    record.write('\n');
    return record.toByteArray();
  }

  private void add(char type, byte[] name, byte[] content) {
    byte[] header = new byte[BLOCK];
    put(header, 0, Arrays.copyOf(name, Math.min(name.length, LONGEST_NAME)));
    putOctal(header, 100, 8, 0644);
    putOctal(header, 108, 8, 0);
    putOctal(header, 116, 8, 0);
    putOctal(header, 124, 12, content.length);
    putOctal(header, 136, 12, 0);
    header[156] = (byte) type;
    put(header, 257, "ustar\00000".getBytes(StandardCharsets.US_ASCII));
    putOctal(header, 329, 8, 0);
    putOctal(header, 337, 8, 0);
    putChecksum(header);
    out.writeBytes(header);
    out.writeBytes(content);
    out.writeBytes(new byte[Math.floorMod(-content.length, BLOCK)]);
  }

  /** Of the header as if the checksum itself were spaces. */
  private static void putChecksum(byte[] header) {
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte each : header) {
      sum += each & 0xff;
    }
    putOctal(header, 148, 7, sum);
  }

  /** Digits with leading zeros, ended by a zero byte. */
  private static void putOctal(byte[] header, int at, int width, int value) {
    put(
        header,
        at,
        ("%0" + (width - 1) + "o").formatted(value).getBytes(StandardCharsets.US_ASCII));
    header[at + width - 1] = 0;
  }

  private static void put(byte[] header, int at, byte[] bytes) {
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }
}
