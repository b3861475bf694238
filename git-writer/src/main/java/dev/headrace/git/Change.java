package dev.headrace.git;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One request to change one app.
 *
 * @param reason the author's own words, any text
 * @param contentDigest the digest that the running app will answer with, 64 lower-case hex digits
 * @param restores the version that a rollback brings back
 * @param expectedPrevious refuse with {@link CommitOutcome.Conflict} unless this is the app's last
 *     commit
 */
public record Change(
    DeployId deployId,
    AppId app,
    String appName,
    Action action,
    Actor actor,
    Via via,
    Optional<String> reason,
    Contents contents,
    Optional<String> contentDigest,
    Optional<CommitId> restores,
    Optional<CommitId> expectedPrevious)
    implements PlatformChange {

  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  public Change {
    require(
        contentDigest.isEmpty() || DIGEST.matcher(contentDigest.get()).matches(),
        "content digest: '" + contentDigest.orElse("") + "' (expected: 64 lower-case hex digits)");
    require(
        restores.isPresent() == (action == Action.ROLLBACK),
        "restores: a rollback, and only a rollback, names the commit it restores");
    require(
        !(contents instanceof Contents.Restore(CommitId from))
            || restores.filter(from::equals).isPresent(),
        "contents: only a rollback restores a directory, and it is that of the commit it names");
    require(
        (contents instanceof Contents.Removed) == (action == Action.DELETE),
        "contents: a delete, and only a delete, removes the directory");
    require(
        action != Action.UPGRADE || via == Via.SYSTEM,
        "via: an upgrade comes from the system and from nobody else");
  }

  @Override
  public DirectoryId directory() {
    return app;
  }

  private static void require(boolean met, String expectation) {
    if (!met) {
      throw new IllegalArgumentException(expectation);
    }
  }
}
