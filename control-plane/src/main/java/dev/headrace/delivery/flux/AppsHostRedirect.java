package dev.headrace.delivery.flux;

import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * An app's address on the console's host leads to the apps' host: code of users never runs in the
 * console's origin.
 */
@RestController
@Hidden
class AppsHostRedirect {
  private final String origin;

  AppsHostRedirect(String scheme, String appsHost) {
    this.origin = scheme + "://" + appsHost;
  }

  @RequestMapping("/user/{uid}/app/{appId}/**")
  ResponseEntity<Void> toAppsHost(HttpServletRequest request) {
    String query = request.getQueryString() == null ? "" : "?" + request.getQueryString();
    return ResponseEntity.status(HttpStatus.PERMANENT_REDIRECT)
        .location(URI.create(origin + request.getRequestURI() + query))
        .build();
  }
}
