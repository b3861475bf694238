package dev.headrace.git;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.TreeFormatter;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;

/** The entries of one git tree by name, in git's own order when written. */
final class GitTree {

  record Entry(FileMode mode, ObjectId id) {
    boolean isFolder() {
      return mode.equals(FileMode.TREE);
    }
  }

  /** Keeps an object, or only works out what it is called. */
  interface Objects {
    ObjectId add(int type, byte[] bytes);
  }

  private GitTree() {}

  /** A tree of these files, by path with {@code /} between folders. */
  static ObjectId write(SortedMap<String, byte[]> files, Objects objects) {
    SortedMap<String, Entry> entries = new TreeMap<>();
    SortedMap<String, SortedMap<String, byte[]>> folders = new TreeMap<>();
    files.forEach((path, bytes) -> {
      int slash = path.indexOf('/');
      if (slash < 0) {
        ObjectId blob = objects.add(Constants.OBJ_BLOB, bytes);
        entries.put(path, new Entry(FileMode.REGULAR_FILE, blob));
      } else {
        folders
            .computeIfAbsent(path.substring(0, slash), folder -> new TreeMap<>())
            .put(path.substring(slash + 1), bytes);
      }
    });
    folders.forEach(
        (folder, below) -> entries.put(folder, new Entry(FileMode.TREE, write(below, objects))));
    return objects.add(Constants.OBJ_TREE, format(entries));
  }

  static SortedMap<String, Entry> parse(byte[] raw) {
    SortedMap<String, Entry> entries = new TreeMap<>();
    CanonicalTreeParser parser = new CanonicalTreeParser();
    for (parser.reset(raw); !parser.eof(); parser.next()) {
      entries.put(
          parser.getEntryPathString(),
          new Entry(parser.getEntryFileMode(), parser.getEntryObjectId()));
    }
    return entries;
  }

  static byte[] format(SortedMap<String, Entry> entries) {
    TreeFormatter formatter = new TreeFormatter();
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Sortable(byte[] order, byte[] name, Entry entry) {}
    entries.entrySet().stream()
        .map(named -> {
          String folderMark = named.getValue().isFolder() ? "/" : "";
          return new Sortable(
              utf8(named.getKey() + folderMark), utf8(named.getKey()), named.getValue());
        })
        .sorted(Comparator.comparing(Sortable::order, Arrays::compareUnsigned))
        .forEach(each -> formatter.append(each.name(), each.entry().mode(), each.entry().id()));
    return formatter.toByteArray();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
