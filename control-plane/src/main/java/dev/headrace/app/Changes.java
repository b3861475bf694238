package dev.headrace.app;

import dev.headrace.delivery.DeliveryEngine;
import dev.headrace.git.Action;
import dev.headrace.git.Actor;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.Change;
import dev.headrace.git.CommitId;
import dev.headrace.git.CommitOutcome;
import dev.headrace.git.Contents;
import dev.headrace.git.PlatformRepository;
import dev.headrace.http.ApiError;
import dev.headrace.http.ErrorCode;
import dev.headrace.manifests.AppSpec;
import dev.headrace.manifests.RenderedApp;
import dev.headrace.projection.Projection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The second half of every change: commit it, make it readable, tell the engine. An answer to the
 * author comes after all three.
 */
final class Changes {
  private static final Logger log = LoggerFactory.getLogger(Changes.class);

  /** What outcomes, accounts and the log may still need when changes are refused already. */
  private static final long KEPT_FREE_BYTES = 8L << 20;

  private final PlatformRepository repository;
  private final Projection projection;
  private final DeliveryEngine engine;
  private final Path data;

  /**
   * @param data the folder on whose disk git and the database grow
   */
  Changes(PlatformRepository repository, Projection projection, DeliveryEngine engine, Path data) {
    this.repository = repository;
    this.projection = projection;
    this.engine = engine;
    this.data = data;
  }

  /** What became of a change: its commit, or that somebody else's came first. */
  sealed interface Result {
    record Made(AppCommit commit) implements Result {}

    record Overtaken() implements Result {}
  }

  /**
   * @param basedOn the commit that this change was made from; empty for a new app
   * @throws ApiError when nothing was committed, saying why
   */
  Result render(
      Submission submission,
      Action action,
      AppSpec spec,
      RenderedApp rendered,
      Optional<CommitId> basedOn,
      Optional<CommitId> restores) {
    return commit(
        submission,
        new Change(
            submission.deployId(),
            new AppId(spec.id()),
            spec.name(),
            action,
            actor(submission),
            submission.via(),
            submission.reason(),
            new Contents.Files(rendered.files()),
            Optional.of(rendered.contentDigest()),
            restores,
            basedOn));
  }

  Result remove(Submission submission, AppId app, String name, CommitId basedOn) {
    return commit(
        submission,
        new Change(
            submission.deployId(),
            app,
            name,
            Action.DELETE,
            actor(submission),
            submission.via(),
            submission.reason(),
            new Contents.Removed(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(basedOn)));
  }

  private Result commit(Submission submission, Change change) {
    requireRoom();
    return switch (repository.commit(change).join()) {
      case CommitOutcome.Committed(AppCommit commit) -> delivered(commit);
      case CommitOutcome.AlreadyCommitted(AppCommit commit) -> delivered(commit);
      case CommitOutcome.Conflict(_, _) -> {
        if (isReused(submission)) {
          throw reused();
        }
        yield new Result.Overtaken();
      }
      case CommitOutcome.Rejected(String why) -> throw ApiError.of(ErrorCode.INVALID_REQUEST, why);
      case CommitOutcome.Busy(Duration retryAfter) ->
          throw ApiError.of(
              ErrorCode.BUSY,
              "More changes are waiting to be committed than can be; nothing was changed. Try again in %d ms."
                  .formatted(retryAfter.toMillis()));
      case CommitOutcome.Failed(String why, Throwable cause) -> {
        log.error("commit failed: {}", why, cause);
        throw ApiError.of(
            ErrorCode.DEPLOY_FAILED,
            "The commit could not be written, nothing was changed: " + why);
      }
      case CommitOutcome.Unknown(String why, Throwable cause) -> {
        log.error("outcome of a commit unknown: {}", why, cause);
        throw ApiError.of(
            ErrorCode.DEPLOY_FAILED,
            "The disk failed while the commit was written; whether it is there is not known yet. "
                + "Send the same request again with the same Idempotency-Key: "
                + submission.deployId().value());
      }
    };
  }

  /** Before anything is written, so that no change is half of what its author is told. */
  void requireRoom() {
    long free = data.toFile().getUsableSpace();
    if (free < KEPT_FREE_BYTES) {
      throw ApiError.of(
          ErrorCode.DISK_FULL,
          ("The disk of the platform's data folder is full (%d kB are free, %d kB are kept free);"
                  + " nothing was changed. Free some space and send the change again; apps that run"
                  + " go on.")
              .formatted(free >> 10, KEPT_FREE_BYTES >> 10));
    }
  }

  private Result delivered(AppCommit commit) {
    delivered(List.of(commit));
    return new Result.Made(commit);
  }

  /**
   * The engine is told also when the read model cannot be written: git has the commits.
   *
   * @param commits oldest first
   */
  void delivered(List<AppCommit> commits) {
    try {
      projection.catchUp();
    } catch (RuntimeException e) {
      String newest = commits.getLast().id().sha();
      log.error("commit {} could not be projected", newest, e);
      throw ApiError.of(
          ErrorCode.DEPLOY_FAILED,
          "This change is commit %s and is delivered, but the database could not be written: it is shown after the next change. The platform's log says more."
              .formatted(newest));
    } finally {
      commits.stream().map(AppCommit::app).distinct().forEach(engine::wake);
    }
  }

  static ApiError reused() {
    return ApiError.of(
        ErrorCode.CONFLICT, "This Idempotency-Key was used for another change. Send a new one.");
  }

  private boolean isReused(Submission submission) {
    return repository.find(submission.caller().userId(), submission.deployId()).isPresent();
  }

  private static Actor actor(Submission submission) {
    return new Actor(submission.caller().userId(), submission.caller().username());
  }
}
