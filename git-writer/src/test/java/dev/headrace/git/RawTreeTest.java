package dev.headrace.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;

/** The tree edited in place must be the tree that is written from its entries. */
class RawTreeTest {

  private static final int EDITS = 5_000;

  @Test
  void foldersPutAndTakenAwayLeaveTheTreeThatGitWouldWrite() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    SortedMap<String, GitTree.Entry> entries = new TreeMap<>();
    byte[] tree = {};
    for (int edit = 0; edit < EDITS; edit++) {
      String name = name(random);
      GitTree.Entry present = entries.get(name);
      if (present != null && !present.isFolder()) {
        assertThat(RawTree.find(tree, utf8(name))).isNegative();
      } else if (random.nextInt(3) > 0) {
        ObjectId id = id(random);
        entries.put(name, new GitTree.Entry(FileMode.TREE, id));
        tree = RawTree.with(tree, utf8(name), id);
        assertThat(RawTree.id(tree, RawTree.find(tree, utf8(name)))).isEqualTo(id);
      } else if (present == null && random.nextInt(20) == 0) {
        entries.put(name, new GitTree.Entry(FileMode.REGULAR_FILE, id(random)));
        tree = GitTree.format(entries);
      } else {
        entries.remove(name);
        tree = RawTree.without(tree, utf8(name));
      }
      assertThat(tree)
          .as("seed %d, edit %d, %s", seed, edit, name)
          .isEqualTo(GitTree.format(entries));
    }
  }

  /** Few characters, those around the slash among them, so that names begin with one another. */
  private static String name(Random random) {
    List<String> characters = new ArrayList<>();
    for (int length = 1 + random.nextInt(3); length > 0; length--) {
      characters.add(List.of("a", "-", ".", "0", "~", "ä", " ").get(random.nextInt(7)));
    }
    return String.join("", characters);
  }

  private static ObjectId id(Random random) {
    byte[] raw = new byte[20];
    random.nextBytes(raw);
    return ObjectId.fromRaw(raw);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
