package dev.headrace.app;

import dev.headrace.git.CommitId;
import dev.headrace.git.DeployId;
import dev.headrace.git.Via;
import dev.headrace.http.ApiError;
import dev.headrace.http.ErrorCode;
import dev.headrace.identity.Caller;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads from a request's headers who submits what, and how. */
final class Submissions {
  static final String IDEMPOTENCY_KEY = "Idempotency-Key";

  /** The page and the command line name themselves; anybody else is the API. */
  static final String VIA = "Headrace-Via";

  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  Submissions(Clock clock) {
    this.clock = clock;
  }

  Submission of(
      Caller caller, @Nullable String key, @Nullable String via, Optional<String> reason) {
    return new Submission(caller, deployId(key), via(via), reason);
  }

  /** What Headrace itself does because this person asked for it. */
  Submission bySystem(Caller caller, Optional<String> reason) {
    return new Submission(caller, freshId(), Via.SYSTEM, reason);
  }

  DeployId freshId() {
    return DeployId.next(clock, random);
  }

  /** The commit that the sender last saw, from {@code If-Match}. */
  Optional<CommitId> expectedHead(@Nullable String ifMatch) {
    if (ifMatch == null || ifMatch.equals("*")) {
      return Optional.empty();
    }
    try {
      return Optional.of(new CommitId(ifMatch.replace("\"", "").strip()));
    } catch (IllegalArgumentException e) {
      throw ApiError.of(
          ErrorCode.PRECONDITION_FAILED, "If-Match: " + ifMatch + " (expected: a commit)");
    }
  }

  private DeployId deployId(@Nullable String key) {
    if (key == null) {
      return freshId();
    }
    try {
      return new DeployId(key);
    } catch (IllegalArgumentException e) {
      throw ApiError.of(
          ErrorCode.INVALID_REQUEST, "Idempotency-Key: " + key + " (expected: a ULID)");
    }
  }

  private static Via via(@Nullable String via) {
    return switch (via) {
      case "web" -> Via.WEB;
      case "cli" -> Via.CLI;
      case null, default -> Via.API;
    };
  }
}
