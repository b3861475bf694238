package dev.headrace.git;

import java.util.regex.Pattern;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.ObjectId;

/** The 40 lower-case hex digits that name a commit. */
public record CommitId(String sha) {

  private static final Pattern FORM = Pattern.compile("[0-9a-f]{40}");

  public CommitId {
    if (!FORM.matcher(sha).matches()) {
      throw new IllegalArgumentException(
          "commit id: '" + sha + "' (expected: 40 lower-case hex digits)");
    }
  }

  static CommitId of(AnyObjectId id) {
    return new CommitId(id.name());
  }

  ObjectId objectId() {
    return ObjectId.fromString(sha);
  }

  @Override
  public String toString() {
    return sha;
  }
}
