package dev.headrace.app;

import dev.headrace.git.AppCommit;
import dev.headrace.git.CommitId;
import dev.headrace.git.PushOutcome;
import dev.headrace.identity.Caller;
import io.swagger.v3.oas.annotations.Operation;
import java.util.List;
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
  private static final View NONE = new View("none", null, null, null, null, List.of(), null, null);

  private final Pushes pushes;

  PushController(Pushes pushes) {
    this.pushes = pushes;
  }

  /** A commit of Headrace that completes a pushed one. */
  record CompletionView(String appId, int version, String commit) {
    static CompletionView of(AppCommit commit) {
      return new CompletionView(
          commit.app().value(), commit.version().orElseThrow(), commit.id().sha());
    }
  }

  /**
   * What became of the newest commit that was pushed since the platform started, and of those that
   * came with it.
   *
   * @param state none, completed or refused
   * @param commit the one of Headrace that completes it; app and version are of this one
   * @param completions one for each commit that was pushed, oldest first
   * @param keptAs the ref under which a refused one can be found
   */
  record View(
      String state,
      @Nullable String pushed,
      @Nullable String appId,
      @Nullable Integer version,
      @Nullable String commit,
      List<CompletionView> completions,
      @Nullable String why,
      @Nullable String keptAs) {
    static View of(PushOutcome outcome) {
      return switch (outcome) {
        case PushOutcome.Completed(CommitId pushed, List<AppCommit> commits) -> {
          CompletionView newest = CompletionView.of(commits.getLast());
          yield new View(
              "completed",
              pushed.sha(),
              newest.appId(),
              newest.version(),
              newest.commit(),
              commits.stream().map(CompletionView::of).toList(),
              null,
              null);
        }
        case PushOutcome.Refused(CommitId pushed, String why, Optional<String> keptAs) ->
            new View(
                "refused", pushed.sha(), null, null, null, List.of(), why, keptAs.orElse(null));
      };
    }
  }

  @Operation(
      summary = "Take up pushed commits",
      description =
          "For the admin, who has put commits into the platform repository with stock git, past"
              + " Headrace. Each may change app.yaml and src of one app. Headrace checks them, and"
              + " completes each by a commit of its own that is delivered as any deploy is; or it"
              + " refuses all, and main is as before. Repeated, it answers what became of the newest"
              + " ones.")
  @PostMapping("/announce")
  View announce(@AuthenticationPrincipal Caller caller) {
    caller.requireAdmin();
    return pushes.announced(caller).map(View::of).orElse(NONE);
  }
}
