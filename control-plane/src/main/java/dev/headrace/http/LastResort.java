package dev.headrace.http;

import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Answers what failed before it came to a route, for instance while the account was looked up. */
@RestController
@Hidden
class LastResort implements ErrorController {
  @RequestMapping("/error")
  ResponseEntity<Object> failed(HttpServletRequest request) {
    HttpStatus status = status(request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE));
    String path = Objects.toString(request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI), "");
    ResponseEntity.BodyBuilder answer = ResponseEntity.status(status);
    if (path.startsWith("/api/v1/")) {
      return answer
          .contentType(MediaType.APPLICATION_PROBLEM_JSON)
          .body(Map.of("detail", status.getReasonPhrase(), "status", status.value()));
    }
    return status == HttpStatus.INTERNAL_SERVER_ERROR
        ? answer.contentType(MediaType.TEXT_PLAIN).body(status.getReasonPhrase())
        : answer
            .contentType(MediaType.APPLICATION_JSON)
            .body(Map.of("detail", status.getReasonPhrase()));
  }

  /** Asked for directly, this is an address that leads nowhere. */
  private static HttpStatus status(@Nullable Object code) {
    return code instanceof Integer number
        ? Objects.requireNonNullElse(HttpStatus.resolve(number), HttpStatus.INTERNAL_SERVER_ERROR)
        : HttpStatus.NOT_FOUND;
  }
}
