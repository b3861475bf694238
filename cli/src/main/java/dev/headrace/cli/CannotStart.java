package dev.headrace.cli;

/** The platform cannot be started as asked; says why and what to do. */
final class CannotStart extends RuntimeException {
  private final String advice;

  CannotStart(String message, String advice, Throwable cause) {
    super(message, cause);
    this.advice = advice;
  }

  String advice() {
    return advice;
  }
}
