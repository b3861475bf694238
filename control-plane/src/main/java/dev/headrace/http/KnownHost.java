package dev.headrace.http;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Predicate;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.filter.OncePerRequestFilter;

/** Refuses requests to host names that are not the console's. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class KnownHost extends OncePerRequestFilter {
  private static final int MISDIRECTED = 421;

  /** Kubelet asks by the pod's address. */
  private static final String PROBE = "/health";

  private final Predicate<String> known;

  KnownHost(Predicate<String> known) {
    this.known = known;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (!known.test(request.getServerName()) && !request.getRequestURI().equals(PROBE)) {
      response.setStatus(MISDIRECTED);
      response.setContentType("application/json");
      response.getOutputStream().print("{\"detail\":\"Headrace does not have this host name\"}");
      return;
    }
    chain.doFilter(request, response);
  }
}
