package dev.headrace.upgrade;

import dev.headrace.http.Timestamps;
import dev.headrace.http.Why;
import dev.headrace.identity.Caller;
import io.swagger.v3.oas.annotations.Operation;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Upgrades, for the admin. */
@RestController
@RequestMapping("/api/v1/admin/upgrade")
class UpgradeController {
  private static final View NONE = new View("none", null, null, null, 0, 0, 0, List.of(), null);

  private final Upgrades upgrades;

  UpgradeController(Upgrades upgrades) {
    this.upgrades = upgrades;
  }

  record FailedView(String appId, String cause) {}

  /**
   * How far an upgrade is.
   *
   * @param state none since the platform started, running, done or stopped
   * @param waiting apps that were not reached yet, or that were and are neither live nor failed
   * @param message why it stopped, and what to do
   */
  record View(
      String state,
      @Nullable String by,
      @Nullable String startedAt,
      @Nullable String endedAt,
      int total,
      int done,
      int waiting,
      List<FailedView> failed,
      @Nullable String message) {
    static View of(Progress progress) {
      return new View(
          progress.state().word(),
          progress.by(),
          Timestamps.text(progress.startedAt()),
          progress.endedAt().map(Timestamps::text).orElse(null),
          progress.total(),
          progress.done(),
          progress.waiting(),
          progress.failed().stream()
              .map(failed -> new FailedView(failed.app().value(), failed.cause()))
              .toList(),
          progress.message().orElse(null));
    }
  }

  @Operation(
      summary = "Bring all apps to what Headrace renders now",
      description =
          "For the admin. One commit for each app whose files are not as they would be rendered now,"
              + " in waves of 1, 5 and then 20 apps. A wave waits until each of its apps is live or"
              + " failed; when more than one in five failed, the upgrade stops. While one runs, it"
              + " is answered with that one's progress and starts no other.")
  @PostMapping
  View start(
      @AuthenticationPrincipal Caller caller, @RequestBody(required = false) @Nullable Why why) {
    caller.requireAdmin();
    return View.of(upgrades.start(caller, Why.stated(why)));
  }

  @Operation(
      summary = "How far the upgrade is",
      description = "For the admin. The one that runs, or the last since the platform started.")
  @GetMapping
  View progress(@AuthenticationPrincipal Caller caller) {
    caller.requireAdmin();
    return upgrades.progress().map(View::of).orElse(NONE);
  }
}
