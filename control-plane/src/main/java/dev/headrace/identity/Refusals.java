package dev.headrace.identity;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;

/** What a request without rights gets, in the shape of its route. */
final class Refusals implements AuthenticationEntryPoint, AccessDeniedHandler {
  private static final String SCHEME = "Bearer";

  @Override
  public void commence(
      HttpServletRequest request, HttpServletResponse response, AuthenticationException reason)
      throws IOException {
    response.setHeader(HttpHeaders.WWW_AUTHENTICATE, SCHEME);
    boolean anonymous = !triesAToken(request.getHeader(HttpHeaders.AUTHORIZATION));
    refuse(
        request,
        response,
        HttpServletResponse.SC_UNAUTHORIZED,
        anonymous ? "Not authenticated" : "Could not validate credentials");
  }

  @Override
  public void handle(
      HttpServletRequest request, HttpServletResponse response, AccessDeniedException reason)
      throws IOException {
    refuse(request, response, HttpServletResponse.SC_NOT_FOUND, "Not Found");
  }

  private static boolean triesAToken(@Nullable String authorization) {
    return authorization != null
        && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
  }

  private static void refuse(
      HttpServletRequest request, HttpServletResponse response, int status, String detail)
      throws IOException {
    response.setStatus(status);
    boolean v1 = request.getRequestURI().startsWith("/api/v1/");
    response.setContentType(v1 ? "application/problem+json" : "application/json");
    String statusField = v1 ? ",\"status\":%d".formatted(status) : "";
    response.getOutputStream().print("{\"detail\":\"%s\"%s}".formatted(detail, statusField));
  }
}
