package dev.headrace.app;

import dev.headrace.http.ApiError;
import dev.headrace.http.ErrorCode;
import dev.headrace.identity.Caller;
import dev.headrace.manifests.AppSpec;
import dev.headrace.manifests.Framework;
import dev.headrace.manifests.InvalidSpec;
import dev.headrace.manifests.Mode;
import dev.headrace.manifests.Resources;
import dev.headrace.manifests.SourceFiles;
import dev.headrace.validation.Source;
import dev.headrace.validation.SyntaxChecker;
import dev.headrace.validation.Verdict;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;

/** What a request must pass before anything is rendered. */
final class SourceGate {
  static final String DEFAULT_ENTRYPOINT = "app.py";
  private static final String PLANS =
      Arrays.stream(Resources.values())
          .map(plan -> "'" + plan.word() + "'")
          .collect(Collectors.joining(" or "));

  private final SyntaxChecker checker;

  SourceGate(SyntaxChecker checker) {
    this.checker = checker;
  }

  /** Source that may be deployed. */
  record Admitted(Mode mode, Framework framework, String entrypoint, SourceFiles files) {}

  /** The plan that the request names. */
  static Optional<Resources> plan(AppRequest request) {
    String word = request.resources();
    return word == null
        ? Optional.empty()
        : Optional.of(Resources.of(word).orElseThrow(() -> invalid("resources must be " + PLANS)));
  }

  /** The order of the checks is the one that today's clients rely on. */
  Admitted admitNew(Caller caller, AppRequest request) {
    refuseUnsupported(request);
    boolean multi = request.hasFiles() || Mode.MULTI.word().equals(request.mode());
    if (request.mode() != null
        && !request.mode().equals(Mode.SINGLE.word())
        && !request.mode().equals(Mode.MULTI.word())) {
      throw invalid("mode must be 'single' or 'multi'");
    }
    if (multi && !request.hasFiles()) {
      throw invalid("files required for multi-file mode");
    }
    if (!multi && request.code() == null) {
      throw invalid("code required for single-file mode");
    }
    if (request.framework() != null && framework(request.framework()).isEmpty()) {
      throw invalid("framework must be 'fastapi' or 'fasthtml'");
    }
    if (request.name() == null) {
      throw invalid("name required");
    }
    return admit(
        caller, request, Objects.requireNonNullElse(request.entrypoint(), DEFAULT_ENTRYPOINT));
  }

  /** Source for an app whose entrypoint is fixed. */
  Admitted admit(Caller caller, AppRequest request, String entrypoint) {
    Map<String, String> files = request.files();
    Source source =
        files == null || files.isEmpty()
            ? new Source.Single(Objects.requireNonNullElse(request.code(), ""))
            : new Source.Multi(files, entrypoint);
    return switch (check(caller, source)) {
      case Verdict.Accepted(String framework) -> admitted(source, framework);
      case Verdict.Refused(String message, OptionalInt line, Optional<String> file) ->
          throw ApiError.of(
              ErrorCode.VALIDATION_FAILED, "Code validation failed: " + message, place(line, file));
    };
  }

  Verdict check(Caller caller, Source source) {
    try {
      return checker.check(source, caller.userId());
    } catch (RejectedExecutionException e) {
      throw ApiError.of(
          ErrorCode.BUSY, "Too many changes are being checked; nothing was changed. Try again.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ApiError.of(ErrorCode.BUSY, "Headrace is stopping; nothing was changed");
    }
  }

  static void refuseUnsupported(AppRequest request) {
    if (request.databaseId() != null) {
      throw ApiError.of(ErrorCode.INVALID_DATABASE, "Database not found");
    }
    if (request.envVars() != null && !request.envVars().isEmpty()) {
      throw invalid(
          "Environment variables are not supported yet: they would stand in git in clear text. "
              + "Send env_vars empty or leave it out.");
    }
  }

  private static Admitted admitted(Source source, String framework) {
    Framework known = framework(framework).orElse(Framework.FASTAPI);
    try {
      return switch (source) {
        case Source.Single(String code) ->
            new Admitted(Mode.SINGLE, known, AppSpec.SINGLE_FILE, SourceFiles.single(code));
        case Source.Multi(Map<String, String> files, String entrypoint) ->
            new Admitted(Mode.MULTI, known, entrypoint, new SourceFiles(new TreeMap<>(files)));
      };
    } catch (InvalidSpec e) {
      throw ApiError.of(
          ErrorCode.VALIDATION_FAILED,
          "Code validation failed: " + e.getMessage(),
          e.field().equals("file") ? Map.of("file", e.value()) : Map.of());
    }
  }

  private static Optional<Framework> framework(String word) {
    for (Framework framework : Framework.values()) {
      if (framework.word().equals(word)) {
        return Optional.of(framework);
      }
    }
    return Optional.empty();
  }

  private static Map<String, Object> place(OptionalInt line, Optional<String> file) {
    Map<String, Object> place = new LinkedHashMap<>();
    line.ifPresent(number -> place.put("line", number));
    file.ifPresent(path -> place.put("file", path));
    return place;
  }

  private static ApiError invalid(String message) {
    return ApiError.of(ErrorCode.INVALID_REQUEST, message);
  }
}
