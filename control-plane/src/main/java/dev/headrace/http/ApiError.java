package dev.headrace.http;

import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpStatus;

/**
 * A refusal that the caller is meant to read.
 *
 * <p>Today's clients read two shapes: {@code detail} as an object with a code, or, on accounts and
 * templates, as plain text. Routes under {@code /api/v1} answer with problem details instead.
 */
public final class ApiError extends RuntimeException {
  private final HttpStatus status;
  private final Optional<ErrorCode> code;
  private final Map<String, Object> details;

  private ApiError(
      HttpStatus status, Optional<ErrorCode> code, String message, Map<String, Object> details) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = Map.copyOf(details);
  }

  public static ApiError of(ErrorCode code, String message) {
    return of(code, message, Map.of());
  }

  public static ApiError of(ErrorCode code, String message, Map<String, Object> details) {
    return new ApiError(code.status(), Optional.of(code), message, details);
  }

  public static ApiError text(HttpStatus status, String message) {
    return new ApiError(status, Optional.empty(), message, Map.of());
  }

  public HttpStatus status() {
    return status;
  }

  public Optional<ErrorCode> code() {
    return code;
  }

  public Map<String, Object> details() {
    return details;
  }

  public String text() {
    return String.valueOf(getMessage());
  }
}
