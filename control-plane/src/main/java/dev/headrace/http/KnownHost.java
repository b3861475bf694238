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

/**
 * A console that listens on loopback answers to this machine's own names only: a page elsewhere
 * that has its own name resolve to loopback would otherwise count as the console's origin.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class KnownHost extends OncePerRequestFilter {
  private static final int MISDIRECTED = 421;
  private static final Set<String> NAMES = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

  private final boolean loopback;

  KnownHost(boolean loopback) {
    this.loopback = loopback;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (loopback && !NAMES.contains(request.getServerName())) {
      response.setStatus(MISDIRECTED);
      response.setContentType("application/json");
      response.getOutputStream().print("{\"detail\":\"Headrace does not have this host name\"}");
      return;
    }
    chain.doFilter(request, response);
  }
}
