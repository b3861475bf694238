package dev.headrace.git;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a commit that Headrace signed says about one app.
 *
 * @param appName as the commit's subject shows it: characters that could mislead are replaced
 * @param at to the second
 * @param previous the app's commit before this one
 */
public record AppCommit(
    CommitId id,
    AppId app,
    String appName,
    DeployId deployId,
    OptionalInt version,
    Action action,
    Actor actor,
    Via via,
    Optional<String> reason,
    Instant at,
    Optional<CommitId> previous,
    Optional<String> contentDigest,
    Optional<CommitId> restores)
    implements PlatformCommit {

  @Override
  public DirectoryId directory() {
    return app;
  }
}
