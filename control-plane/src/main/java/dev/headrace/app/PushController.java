package dev.headrace.app;

import dev.headrace.git.AppCommit;
import dev.headrace.git.CommitId;
import dev.headrace.git.PushOutcome;
import dev.headrace.identity.Caller;
import io.swagger.v3.oas.annotations.Operation;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Takes up what an operator has put into the repository with stock git. */
@RestController
@RequestMapping("/api/v1/admin/git")
class PushController {
  private static final View NONE = new View("none", null, null, null, null, null, null);

  private final Pushes pushes;

  PushController(Pushes pushes) {
    this.pushes = pushes;
  }

  /**
   * What became of the newest commit that was pushed since the platform started.
   *
   * @param state none, completed or refused
   * @param commit the one of Headrace that completes it
   * @param keptAs the ref under which a refused one can be found
   */
  record View(
      String state,
      @Nullable String pushed,
      @Nullable String appId,
      @Nullable Integer version,
      @Nullable String commit,
      @Nullable String why,
      @Nullable String keptAs) {
    static View of(PushOutcome outcome) {
      return switch (outcome) {
        case PushOutcome.Completed(CommitId pushed, AppCommit commit) ->
            new View(
                "completed",
                pushed.sha(),
                commit.app().value(),
                commit.version().orElseThrow(),
                commit.id().sha(),
                null,
                null);
        case PushOutcome.Refused(CommitId pushed, String why, Optional<String> keptAs) ->
            new View("refused", pushed.sha(), null, null, null, why, keptAs.orElse(null));
      };
    }
  }

  @Operation(
      summary = "Take up a pushed commit",
      description =
          "For the admin, who has pushed one commit to the platform repository with stock git. It may"
              + " change app.yaml and src of one app. Headrace checks it, and completes it by a"
              + " commit of its own that is delivered as any deploy is; or it refuses it, and main is"
              + " as before. Repeated, it answers what became of the newest one.")
  @PostMapping("/announce")
  View announce(@AuthenticationPrincipal Caller caller) {
    caller.requireAdmin();
    return pushes.announced(caller).map(View::of).orElse(NONE);
  }
}
