package dev.headrace.git;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.regex.Pattern;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.ObjectChecker;

/**
 * What may be put into the repository. Every answer names the value and the limit. The limits on
 * files may only be raised: a directory of any age must be within them to be served.
 */
final class ChangeRules {

  static final int MAX_NAME = 200;
  static final int MAX_REASON = 4_000;
  static final int MAX_FILES = 300;
  static final int MAX_FILE_BYTES = 1 << 20;
  static final int MAX_TOTAL_BYTES = 8 << 20;
  static final int MAX_PATH_BYTES = 400;
  static final int MAX_FOLDERS = 16;

  /** Names that git itself reads, in any spelling that some file system takes for them. */
  private static final Pattern GIT_OWN =
      Pattern.compile("\\.git.*|gi[^~]{0,6}~[0-9].*", Pattern.CASE_INSENSITIVE);

  /** A clone must work on every system that an auditor may have. */
  private static final ObjectChecker ANY_SYSTEM =
      new ObjectChecker().setSafeForWindows(true).setSafeForMacOS(true);

  private ChangeRules() {}

  static Optional<String> violation(PlatformChange change) {
    return textViolation(change)
        .or(() -> tooLong("The user name", change.actor().username(), MAX_NAME))
        .or(() ->
            change.contents() instanceof Contents.Files(SortedMap<String, byte[]> files)
                ? violation(files)
                : Optional.empty());
  }

  private static Optional<String> textViolation(PlatformChange change) {
    return change instanceof Change app
        ? tooLong("The app's name", app.appName(), MAX_NAME)
            .or(() -> app.reason().flatMap(text -> tooLong("The reason", text, MAX_REASON)))
        : Optional.empty();
  }

  private static Optional<String> tooLong(String what, String text, int limit) {
    return text.length() <= limit
        ? Optional.empty()
        : Optional.of(
            what + " has " + text.length() + " characters, at most " + limit + " are allowed.");
  }

  static Optional<String> violation(SortedMap<String, byte[]> files) {
    if (files.isEmpty() || files.size() > MAX_FILES) {
      return Optional.of(
          "The change has " + files.size() + " files, 1 to " + MAX_FILES + " are allowed.");
    }
    long total = 0;
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      String path = file.getKey();
      int size = file.getValue().length;
      total += size;
      Optional<String> why =
          size > MAX_FILE_BYTES
              ? Optional.of("has " + size + " bytes, at most " + MAX_FILE_BYTES + " are allowed")
              : pathViolation(path).or(() -> fileAsFolder(path, files));
      if (why.isPresent()) {
        return Optional.of("The file '" + PlainText.name(path) + "' " + why.get() + ".");
      }
    }
    return total <= MAX_TOTAL_BYTES
        ? Optional.empty()
        : Optional.of(
            "The files have "
                + total
                + " bytes together, at most "
                + MAX_TOTAL_BYTES
                + " are allowed.");
  }

  private static Optional<String> pathViolation(String path) {
    if (path.codePoints().anyMatch(PlainText::misleads)) {
      return Optional.of("has a control or invisible character in its path");
    }
    if (path.indexOf('\\') >= 0) {
      return Optional.of("has a backslash in its path; folders are separated by /");
    }
    if (path.getBytes(StandardCharsets.UTF_8).length > MAX_PATH_BYTES) {
      return Optional.of("has a path longer than " + MAX_PATH_BYTES + " bytes");
    }
    String[] segments = path.split("/", -1);
    if (segments.length > MAX_FOLDERS) {
      return Optional.of("is more than " + MAX_FOLDERS + " folders deep");
    }
    for (String segment : segments) {
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        return Optional.of("must have a relative path without empty, '.' or '..' parts");
      }
      if (GIT_OWN.matcher(segment).matches()) {
        return Optional.of("has a name that git keeps for itself");
      }
      try {
        byte[] bytes = segment.getBytes(StandardCharsets.UTF_8);
        ANY_SYSTEM.checkPathSegment(bytes, 0, bytes.length);
      } catch (CorruptObjectException e) {
        return Optional.of("has a name that not every system can check out");
      }
    }
    return Optional.empty();
  }

  private static Optional<String> fileAsFolder(String path, SortedMap<String, byte[]> files) {
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      if (files.containsKey(path.substring(0, slash))) {
        return Optional.of("lies below '" + path.substring(0, slash) + "', which is a file");
      }
    }
    return Optional.empty();
  }
}
