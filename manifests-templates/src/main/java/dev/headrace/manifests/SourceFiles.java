package dev.headrace.manifests;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.charset.CharacterCodingException;
import java.util.Collections;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An app's source: text by path, with forward slashes and relative to the app's root. Paths are
 * such that git, ConfigMaps and any file system can hold them, and texts such that git shows their
 * changes.
 */
public record SourceFiles(SortedMap<String, String> files) {
  public static final int MOST_FILES = 50;

  /** In characters (code points) of one file. */
  public static final int LONGEST_FILE = 100 * 1024;

  /** In characters (code points) of all files. */
  public static final int LONGEST_TOTAL = 500 * 1024;

  /** In bytes of UTF-8: a ConfigMap holds 1 MiB, keys included. */
  public static final int MOST_BYTES = 900 * 1024;

  private static final int LONGEST_PATH = 200;
  private static final int MOST_SEGMENTS = 20;
  private static final Pattern SEGMENT =
      Pattern.compile("[A-Za-z0-9_-]([A-Za-z0-9._-]*[A-Za-z0-9_-])?");
  private static final Pattern EXTENSION =
      Pattern.compile(".*\\.(py|css|js|svg|html|json|txt)", Pattern.CASE_INSENSITIVE);

  /**
   * @throws InvalidSpec on the first path, text or size that is not allowed
   */
  public SourceFiles {
    SortedMap<String, String> byPath = new TreeMap<>();
    byPath.putAll(files);
    files = Collections.unmodifiableSortedMap(byPath);
    if (files.isEmpty() || files.size() > MOST_FILES) {
      throw new InvalidSpec("files", files.size() + " files", "1 to " + MOST_FILES);
    }
    files.forEach((path, text) -> {
      checkPath("file", path);
      checkExtension(path);
      checkText(path, text);
    });
    checkNames(files);
    checkTotals(files);
  }

  public static SourceFiles single(String code) {
    return new SourceFiles(new TreeMap<>(Map.of(AppSpec.SINGLE_FILE, code)));
  }

  /**
   * SHA-256 (lower-case hex) over one line {@code <sha256 of the file> <two spaces> <path>} per
   * file in path order, each ended by a line feed: what {@code sha256sum} prints.
   */
  public String digest() {
    return Text.sha256(
        files.entrySet().stream()
            .map(file -> Text.sha256(file.getValue()) + "  " + file.getKey() + "\n")
            .collect(Collectors.joining()));
  }

  /** The 16 hex digits that clients of the first API know a version's code by. */
  public String codeHash(Mode mode) {
    String code =
        switch (mode) {
          case SINGLE -> String.join("", files.values());
          case MULTI ->
              files.entrySet().stream()
                  .map(file -> file.getKey() + ":" + file.getValue())
                  .collect(Collectors.joining());
        };
    return Text.sha256(code).substring(0, 16);
  }

  static SourceFiles decode(SortedMap<String, byte[]> files) {
    SortedMap<String, String> texts = new TreeMap<>();
    files.forEach((path, bytes) -> {
      try {
        texts.put(path, Text.decode(bytes));
      } catch (CharacterCodingException e) {
        throw new InvalidSpec("file", path, "text in UTF-8");
      }
    });
    return new SourceFiles(texts);
  }

  static void checkPath(String field, String path) {
    if (path.length() > LONGEST_PATH) {
      throw new InvalidSpec(field, path, "at most " + LONGEST_PATH + " characters");
    }
    String[] segments = path.split("/", -1);
    for (String segment : segments) {
      if (!SEGMENT.matcher(segment).matches() || segment.contains("..")) {
        throw new InvalidSpec(
            field,
            path,
            "a relative path with '/' between names made of A-Z, a-z, 0-9, '_', '-' and single"
                + " dots that neither begin nor end a name");
      }
    }
    if (segments.length > MOST_SEGMENTS) {
      throw new InvalidSpec(field, path, "at most " + (MOST_SEGMENTS - 1) + " folders deep");
    }
  }

  private static void checkExtension(String path) {
    if (!EXTENSION.matcher(path).matches()) {
      throw new InvalidSpec("file", path, "one of .py, .css, .js, .svg, .html, .json, .txt");
    }
  }

  private static void checkText(String path, String text) {
    if (text.codePointCount(0, text.length()) > LONGEST_FILE) {
      throw new InvalidSpec("file", path, "at most 100 KB");
    }
    if (!text.codePoints().allMatch(Text::isPlain)) {
      throw new InvalidSpec(
          "file",
          path,
          "text without control characters (tabs, line breaks and form feeds are fine), U+FFFE,"
              + " U+FFFF and unpaired surrogates");
    }
  }

  /** On a file system that ignores case, two names may be one; a folder cannot be a file. */
  private static void checkNames(SortedMap<String, String> files) {
    Map<String, String> folders = new HashMap<>();
    for (String path : files.keySet()) {
      for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
        checkUnique(folders, path.substring(0, slash), path);
      }
    }
    Map<String, String> names = new HashMap<>(folders);
    for (String path : files.keySet()) {
      if (names.containsKey(path.toLowerCase(Locale.ROOT))) {
        throw new InvalidSpec(
            "file", path, "a name that no other file or folder has, in any letter case");
      }
      names.put(path.toLowerCase(Locale.ROOT), path);
    }
  }

  private static void checkUnique(Map<String, String> folders, String folder, String path) {
    String known = folders.putIfAbsent(folder.toLowerCase(Locale.ROOT), folder);
    if (known != null && !known.equals(folder)) {
      throw new InvalidSpec("file", path, "the folder spelled " + known + ", as elsewhere");
    }
  }

  private static void checkTotals(SortedMap<String, String> files) {
    long characters = 0;
    long bytes = 0;
    for (String text : files.values()) {
      characters += text.codePointCount(0, text.length());
      bytes += text.getBytes(UTF_8).length;
    }
    if (characters > LONGEST_TOTAL) {
      throw new InvalidSpec("files", characters + " characters", "at most 500 KB together");
    }
    if (bytes > MOST_BYTES) {
      throw new InvalidSpec("files", bytes + " bytes", "at most 900 KB of UTF-8 together");
    }
  }
}
