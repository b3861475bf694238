package dev.headrace.http;

import org.springframework.http.HttpStatus;

/** Codes that today's clients know, each with the status it is sent with. */
public enum ErrorCode {
  NOT_FOUND(HttpStatus.NOT_FOUND),
  VALIDATION_FAILED(HttpStatus.BAD_REQUEST),
  INVALID_REQUEST(HttpStatus.BAD_REQUEST),
  INVALID_DATABASE(HttpStatus.BAD_REQUEST),
  INVALID_VERSION(HttpStatus.BAD_REQUEST),
  SIGNUPS_DISABLED(HttpStatus.FORBIDDEN),
  ADMIN_REQUIRED(HttpStatus.FORBIDDEN),
  CONFLICT(HttpStatus.CONFLICT),
  PRECONDITION_FAILED(HttpStatus.PRECONDITION_FAILED),
  BUSY(HttpStatus.SERVICE_UNAVAILABLE),
  DISK_FULL(HttpStatus.INSUFFICIENT_STORAGE),
  DEPLOY_FAILED(HttpStatus.INTERNAL_SERVER_ERROR);

  private final HttpStatus status;

  ErrorCode(HttpStatus status) {
    this.status = status;
  }

  HttpStatus status() {
    return status;
  }
}
