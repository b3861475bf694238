package dev.headrace.git;

import java.util.SortedMap;
import java.util.regex.Pattern;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.ObjectId;

/** The 40 lower-case hex digits that name a directory's files: the same id, the same bytes. */
public record TreeId(String sha) {

  private static final Pattern FORM = Pattern.compile("[0-9a-f]{40}");

  public TreeId {
    if (!FORM.matcher(sha).matches()) {
      throw new IllegalArgumentException(
          "tree id: '" + sha + "' (expected: 40 lower-case hex digits)");
    }
  }

  /** The id that a directory of these files has, or would have. */
  public static TreeId of(SortedMap<String, byte[]> files) {
    return of(GitTree.write(files, GitObject::idOf));
  }

  static TreeId of(AnyObjectId id) {
    return new TreeId(id.name());
  }

  ObjectId objectId() {
    return ObjectId.fromString(sha);
  }

  @Override
  public String toString() {
    return sha;
  }
}
