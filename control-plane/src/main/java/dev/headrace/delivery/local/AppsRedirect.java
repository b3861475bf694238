package dev.headrace.delivery.local;

import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * An app's address on the console's port leads to the apps' port: code of users never runs in the
 * console's origin.
 */
@RestController
@Hidden
class AppsRedirect {
  private final LocalRuntime runtime;

  AppsRedirect(LocalRuntime runtime) {
    this.runtime = runtime;
  }

  @RequestMapping("/user/{uid}/app/{appId}/**")
  ResponseEntity<Void> toAppsPort(HttpServletRequest request) {
    String query = request.getQueryString() == null ? "" : "?" + request.getQueryString();
    URI there =
        URI.create(
            "http://%s:%d%s%s"
                .formatted(
                    request.getServerName(),
                    runtime.proxy().port(),
                    request.getRequestURI(),
                    query));
    return ResponseEntity.status(HttpStatus.PERMANENT_REDIRECT).location(there).build();
  }
}
