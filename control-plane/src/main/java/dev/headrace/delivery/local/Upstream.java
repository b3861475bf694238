package dev.headrace.delivery.local;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One instance as the proxy sees it, with the number of requests that it has under way.
 * Thread-safe.
 */
final class Upstream {
  private final HttpHandler proxy;
  private final AtomicInteger underWay = new AtomicInteger();
  private final CompletableFuture<Void> idle = new CompletableFuture<>();
  private volatile boolean retired;

  Upstream(HttpHandler proxy) {
    this.proxy = proxy;
  }

  /** False, and the exchange untouched, when it takes no more requests. */
  boolean handle(HttpServerExchange exchange) throws Exception {
    underWay.incrementAndGet();
    if (retired) {
      left();
      return false;
    }
    exchange.addExchangeCompleteListener((ended, next) -> {
      left();
      next.proceed();
    });
    proxy.handleRequest(exchange);
    return true;
  }

  /** Takes no more requests; completes when the last one has ended. */
  CompletableFuture<Void> retire() {
    retired = true;
    if (underWay.get() == 0) {
      idle.complete(null);
    }
    return idle;
  }

  private void left() {
    if (underWay.decrementAndGet() == 0 && retired) {
      idle.complete(null);
    }
  }
}
