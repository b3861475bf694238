package dev.headrace.app;

import dev.headrace.identity.Caller;
import dev.headrace.manifests.Mode;
import dev.headrace.manifests.ParsedApp;
import dev.headrace.validation.Source;
import dev.headrace.validation.Verdict;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Checks source without deploying it. */
@RestController
class ValidationController {
  private final Apps apps;
  private final SourceGate gate;

  ValidationController(Apps apps, SourceGate gate) {
    this.apps = apps;
    this.gate = gate;
  }

  record Answer(boolean valid, String message, @Nullable Integer line, @Nullable String file) {}

  @PostMapping("/api/apps/validate")
  Answer draft(@AuthenticationPrincipal Caller caller, @RequestBody AppRequest request) {
    Map<String, String> files = request.files();
    if (files != null && !files.isEmpty()) {
      return check(caller, new Source.Multi(files, entrypoint(request)));
    }
    return request.code() == null
        ? new Answer(false, "No code or files provided", null, null)
        : check(caller, new Source.Single(request.code()));
  }

  /** What the request leaves out is taken from the app. */
  @PostMapping("/api/apps/{appId}/validate")
  Answer stored(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String appId,
      @RequestBody(required = false) @Nullable AppRequest request) {
    ParsedApp app = apps.read(apps.visible(caller, AppController.id(appId)));
    Map<String, String> files = new TreeMap<>(app.source().files());
    Map<String, String> changed = request == null ? null : request.files();
    if (app.spec().mode() == Mode.MULTI || (changed != null && !changed.isEmpty())) {
      if (changed != null) {
        files.putAll(changed);
      }
      return check(caller, new Source.Multi(files, app.spec().entrypoint()));
    }
    String code = request == null ? null : request.code();
    return check(
        caller,
        new Source.Single(
            Objects.requireNonNullElseGet(
                code, () -> String.valueOf(files.get(app.spec().entrypoint())))));
  }

  private static String entrypoint(AppRequest request) {
    return Objects.requireNonNullElse(request.entrypoint(), SourceGate.DEFAULT_ENTRYPOINT);
  }

  private Answer check(Caller caller, Source source) {
    return switch (gate.check(caller, source)) {
      case Verdict.Accepted accepted -> new Answer(true, "Code validation passed", null, null);
      case Verdict.Refused refused ->
          new Answer(
              false,
              refused.message(),
              refused.line().isPresent() ? refused.line().getAsInt() : null,
              refused.file().orElse(null));
    };
  }
}
