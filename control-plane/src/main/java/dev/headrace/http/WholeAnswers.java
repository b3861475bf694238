package dev.headrace.http;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ContentCachingResponseWrapper;

/**
 * What a route answers to a change has a length instead of chunks, so that a proxy in between has
 * it in one read. Such answers are short; streams and files are for GET.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class WholeAnswers extends OncePerRequestFilter {
  private static final Set<String> READING = Set.of("GET", "HEAD");

  @Override
  protected boolean shouldNotFilter(HttpServletRequest request) {
    return READING.contains(request.getMethod()) || !request.getRequestURI().startsWith("/api/");
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    ContentCachingResponseWrapper whole = new ContentCachingResponseWrapper(response);
    chain.doFilter(request, whole);
    whole.copyBodyToResponse();
  }
}
