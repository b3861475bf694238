package dev.headrace.app;

import dev.headrace.delivery.Deploy;
import dev.headrace.delivery.Deploys;
import dev.headrace.delivery.Failure;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.CommitId;
import dev.headrace.http.Timestamps;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A deploy as {@code /api/v1} shows it. */
record DeployView(
    String appId,
    @Nullable Integer version,
    String deployId,
    String commit,
    String action,
    ActorView actor,
    String via,
    @Nullable String reason,
    @Nullable RestoresView restores,
    String committedAt,
    String outcome,
    List<StageView> stages,
    @Nullable FailureView failure,
    @Nullable Integer supersededBy,
    boolean serving) {

  record ActorView(String id, String username) {}

  record RestoresView(String commit, @Nullable Integer version) {}

  record StageView(int id, String stage, String at) {
    static StageView of(Deploy.Step step) {
      return new StageView(step.id(), step.stage().word(), Timestamps.text(step.at()));
    }
  }

  record FailureView(
      String stage,
      String cause,
      @Nullable String evidence,
      String nextStep,
      @Nullable String file,
      @Nullable Integer line) {
    static FailureView of(Failure failure) {
      return new FailureView(
          failure.stage().word(),
          failure.cause(),
          failure.evidence().orElse(null),
          failure.nextStep(),
          failure.file().orElse(null),
          boxed(failure.line()));
    }
  }

  static List<DeployView> of(List<Deploy> page, AppId app, Deploys deploys) {
    Optional<CommitId> serving = deploys.serving(app);
    return page.stream().map(deploy -> of(deploy, serving, deploys)).toList();
  }

  static DeployView of(Deploy deploy, Deploys deploys) {
    return of(deploy, deploys.serving(deploy.commit().app()), deploys);
  }

  /**
   * @param serving the commit that the app's address answers with now
   * @param deploys to look up which version a rollback restores
   */
  private static DeployView of(Deploy deploy, Optional<CommitId> serving, Deploys deploys) {
    AppCommit commit = deploy.commit();
    return new DeployView(
        commit.app().value(),
        boxed(commit.version()),
        commit.deployId().value(),
        commit.id().sha(),
        commit.action().name().toLowerCase(Locale.ROOT),
        new ActorView(commit.actor().userId(), commit.actor().username()),
        commit.via().name().toLowerCase(Locale.ROOT),
        commit.reason().orElse(null),
        commit
            .restores()
            .map(restored ->
                new RestoresView(
                    restored.sha(),
                    deploys
                        .find(restored)
                        .map(target -> boxed(target.commit().version()))
                        .orElse(null)))
            .orElse(null),
        Timestamps.text(commit.at()),
        deploy.outcome().word(),
        deploy.stages().stream().map(StageView::of).toList(),
        deploy.failure().map(FailureView::of).orElse(null),
        boxed(deploy.supersededBy()),
        serving.equals(Optional.of(commit.id())));
  }

  private static @Nullable Integer boxed(OptionalInt number) {
    return number.isPresent() ? number.getAsInt() : null;
  }
}
