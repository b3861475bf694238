package dev.headrace.git;

import static dev.headrace.git.Samples.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives as the tar and gzip of this machine read them. */
class ArchiveTest {

  @TempDir private Path folder;

  private static SortedMap<String, byte[]> files(String... pathsAndTexts) {
    SortedMap<String, byte[]> files = new TreeMap<>();
    for (int i = 0; i < pathsAndTexts.length; i += 2) {
      files.put(pathsAndTexts[i], bytes(pathsAndTexts[i + 1]));
    }
    return files;
  }

  private static final String LONG = "long/".repeat(30) + "name.py";

  /** The 100th byte, the last that fits into a header, is a slash. */
  private static final String CUT_AT_A_SLASH = "f".repeat(99) + "/x.py";

  private static SortedMap<String, byte[]> awkward() {
    return files(
        "kustomization.yaml",
        "resources: []\n",
        "empty.txt",
        "",
        "src/with space/a file.txt",
        "spaces",
        "src/grüße/日本.txt",
        "grüße",
        "src/\ud83d\ude00.txt",
        "\ud83d\ude00",
        "src/\uff21.txt",
        "before the face in UTF-8, after it in UTF-16",
        "src/a.b",
        "before a folder a",
        "src/a/b",
        "in the folder a",
        "n".repeat(100),
        "just fits",
        "n".repeat(101),
        "just does not",
        CUT_AT_A_SLASH,
        "cut",
        "src/" + LONG,
        "long",
        "d".repeat(200) + "/" + "e".repeat(199),
        "longest",
        "block.bin",
        "b".repeat(512),
        "over.bin",
        "o".repeat(513));
  }

  private String read(Archive archive, String... command) throws IOException {
    Path file = folder.resolve("archive.tar.gz");
    Files.write(file, archive.bytes());
    StockGit.Result result =
        StockGit.run(
            List.of(command).stream()
                .map(word -> word.equals("FILE") ? file.toString() : word)
                .toList(),
            "");
    assertThat(result.exit()).as("%s", result).isZero();
    assertThat(result.err()).isEmpty();
    return result.out();
  }

  @Test
  void anArchiveIsTheSameBytesOnEveryMachineForEver() {
    Archive archive = Archive.of(awkward());

    assertThat(archive.size()).isEqualTo(23_575);
    assertThat(archive.sha256())
        .isEqualTo("83c1e728a1a9597fd3aa91ba3b7126c0c5a13ae1aadf22c65d8c247166d4cb54");
    assertThat(archive.sha256()).isEqualTo(Samples.digest(archive.bytes()));
  }

  @Test
  void stockTarFindsEveryNameInTheOrderOfItsBytes() throws Exception {
    String names =
        read(Archive.of(awkward()), "tar", "--list", "--quoting-style=literal", "-zf", "FILE");

    assertThat(names.lines())
        .containsExactlyInAnyOrderElementsOf(awkward().keySet())
        .containsSubsequence("src/a.b", "src/a/b")
        .containsSubsequence("src/\uff21.txt", "src/\ud83d\ude00.txt");
  }

  @Test
  void stockTarReadsEveryFileAsItWas() throws Exception {
    for (String path : awkward().keySet()) {
      SortedMap<String, byte[]> one = new TreeMap<>(awkward().subMap(path, path + "\0"));
      assertThat(read(Archive.of(one), "tar", "--extract", "--to-stdout", "-zf", "FILE"))
          .as(path)
          .isEqualTo(Samples.text(awkward()).get(path));
    }
  }

  @Test
  void everyFileIsPlainAndOwnedByNobodyInParticular() throws Exception {
    String listing =
        read(Archive.of(awkward()), "tar", "--utc", "--numeric-owner", "-tvzf", "FILE");

    assertThat(listing.lines())
        .hasSize(awkward().size())
        .allSatisfy(line -> assertThat(line).matches("-rw-r--r-- 0/0 +[0-9]+ 1970-01-01 00:00 .*"));
  }

  @Test
  void theLargestDirectoryComesThroughWhole() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    SortedMap<String, byte[]> files = new TreeMap<>();
    for (int i = 0; i < 8; i++) {
      byte[] letters = new byte[ChangeRules.MAX_FILE_BYTES];
      for (int at = 0; at < letters.length; at++) {
        letters[at] = (byte) ('a' + random.nextInt(26));
      }
      files.put("file" + i, letters);
    }
    Archive archive = Archive.of(files);

    assertThat(read(archive, "gzip", "-t", "FILE")).isEmpty();
    assertThat(read(archive, "tar", "--extract", "--to-stdout", "-zf", "FILE"))
        .isEqualTo(
            files.values().stream()
                .map(each -> new String(each, StandardCharsets.US_ASCII))
                .collect(Collectors.joining()));
  }

  @Test
  void everyLengthAroundABlockOfGzipIsWhole() throws Exception {
    for (int length : new int[] {0, 1, 0xffff - 1, 0xffff, 0xffff + 1, 2 * 0xffff}) {
      String text = "x".repeat(length);
      Path file = folder.resolve("some.gz");
      Files.write(file, StoredGzip.of(bytes(text)));

      assertThat(StockGit.run(List.of("gzip", "-dc", file.toString()), ""))
          .isEqualTo(new StockGit.Result(0, text, ""));
    }
  }
}
