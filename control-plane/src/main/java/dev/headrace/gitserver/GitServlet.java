package dev.headrace.gitserver;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.headrace.app.Pushes;
import dev.headrace.delivery.DeliveryEngine;
import dev.headrace.git.AppCommit;
import dev.headrace.git.CommitId;
import dev.headrace.git.GitProtocol;
import dev.headrace.git.PushOutcome;
import dev.headrace.identity.Caller;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Git's smart protocol over HTTP for whoever has a token, and nothing else: the three addresses
 * that it needs, of the one repository. Each access is one line in the log.
 */
final class GitServlet extends HttpServlet {
  private static final int LONGEST_IN_LOG = 500;
  private static final Pattern UNPRINTABLE = Pattern.compile("\\p{C}|\\p{Zl}|\\p{Zp}");
  private static final Logger log = LoggerFactory.getLogger(GitServlet.class);
  private static final String REPOSITORY = "/platform.git/";
  private static final String RETRY_AFTER_SECONDS = "5";
  private static final int TOO_MANY_REQUESTS = 429;

  private static final String UNKNOWN =
      "Give a token for git as the password, with any user name. The admin makes tokens:"
          + " POST /api/v1/admin/git/tokens";

  private final transient GitProtocol protocol;
  private final transient GitTokens tokens;
  private final transient Pushes pushes;
  private final transient DeliveryEngine engine;
  private final transient PushedBytes pushedBytes;
  private final transient Limits limits;
  private final Semaphore fetches;
  private final Semaphore receives;

  GitServlet(
      GitProtocol protocol,
      GitTokens tokens,
      Pushes pushes,
      DeliveryEngine engine,
      PushedBytes pushedBytes,
      Limits limits) {
    this.protocol = protocol;
    this.tokens = tokens;
    this.pushes = pushes;
    this.engine = engine;
    this.pushedBytes = pushedBytes;
    this.limits = limits;
    this.fetches = new Semaphore(limits.fetches());
    this.receives = new Semaphore(limits.pushes());
  }

  /** Why a request is not served. */
  private static final class Refusal extends Exception {
    private final int status;

    Refusal(int status, String message) {
      super(message, null, false, false);
      this.status = status;
    }
  }

  /** Serves one request, and says in a few words how that ended. */
  private interface Work {
    String run() throws IOException, Refusal;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String who = "nobody";
    String ended = "it broke off";
    String what = request.getMethod() + " " + what(request);
    try {
      GitTokens.Access access =
          secret(request.getHeader("Authorization"))
              .flatMap(tokens::access)
              .orElseThrow(() -> new Refusal(HttpServletResponse.SC_UNAUTHORIZED, UNKNOWN));
      GitToken token = access.token();
      who = "%s '%s' (%s)".formatted(token.role().word(), token.name(), token.id());
      ended = serve(access, request, response);
    } catch (Refusal refusal) {
      ended = Integer.toString(refusal.status);
      answer(response, refusal);
    } catch (GitProtocol.Told e) {
      ended = String.valueOf(e.getMessage());
    } catch (IOException | RuntimeException e) {
      ended = "it broke off: " + e;
      throw e;
    } finally {
      log.info("git: {} from {}: {}: {}", who, request.getRemoteAddr(), what, oneLine(ended));
    }
  }

  /** Some of it is what a client sent. */
  private static String oneLine(String text) {
    return UNPRINTABLE
        .matcher(text.substring(0, Math.min(text.length(), LONGEST_IN_LOG)))
        .replaceAll("?");
  }

  /** The address, or that it is none of ours: who sends a request does not write the log. */
  private static String what(HttpServletRequest request) {
    return switch (String.valueOf(request.getPathInfo())) {
      case REPOSITORY + "info/refs" -> "info/refs";
      case REPOSITORY + GitProtocol.FETCH -> GitProtocol.FETCH;
      case REPOSITORY + GitProtocol.PUSH -> GitProtocol.PUSH;
      default -> "another address";
    };
  }

  private static Optional<String> secret(@Nullable String authorization) {
    if (authorization == null) {
      return Optional.empty();
    }
    int space = authorization.indexOf(' ');
    String credentials = authorization.substring(space + 1).strip();
    return switch (authorization.substring(0, Math.max(space, 0)).toLowerCase(Locale.ROOT)) {
      case "bearer" -> Optional.of(credentials);
      case "basic" -> password(credentials);
      default -> Optional.empty();
    };
  }

  private static Optional<String> password(String credentials) {
    try {
      String both = new String(Base64.getDecoder().decode(credentials), UTF_8);
      int colon = both.indexOf(':');
      return colon < 0 ? Optional.empty() : Optional.of(both.substring(colon + 1));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private String serve(
      GitTokens.Access access, HttpServletRequest request, HttpServletResponse response)
      throws IOException, Refusal {
    return switch (request.getMethod() + " " + what(request)) {
      case "GET info/refs" -> advertise(access, request, response);
      case "POST " + GitProtocol.FETCH -> {
        requireType(request, GitProtocol.FETCH);
        yield within(fetches, () -> fetch(access, request, response));
      }
      case "POST " + GitProtocol.PUSH -> {
        Caller operator = requireOperator(access);
        requireType(request, GitProtocol.PUSH);
        yield within(receives, () -> receive(access.token(), operator, request, response));
      }
      default -> throw new Refusal(HttpServletResponse.SC_NOT_FOUND, "There is nothing here.");
    };
  }

  private static String within(Semaphore atATime, Work work) throws IOException, Refusal {
    if (!atATime.tryAcquire()) {
      throw new Refusal(
          HttpServletResponse.SC_SERVICE_UNAVAILABLE,
          "Headrace is serving as many as it does at a time. Try again.");
    }
    try {
      return work.run();
    } finally {
      atATime.release();
    }
  }

  private Caller requireOperator(GitTokens.Access access) throws Refusal {
    Caller operator =
        access
            .operator()
            .orElseThrow(() ->
                new Refusal(
                    HttpServletResponse.SC_FORBIDDEN,
                    "This token may read, and not push: that takes the role operator."));
    if (pushedBytes.tooMany(access.token().id())) {
      throw new Refusal(
          TOO_MANY_REQUESTS,
          "Too much was pushed with this token within an hour. Try again when that is over.");
    }
    return operator;
  }

  private static void requireType(HttpServletRequest request, String service) throws Refusal {
    if (!("application/x-" + service + "-request").equals(request.getContentType())) {
      throw new Refusal(
          HttpServletResponse.SC_UNSUPPORTED_MEDIA_TYPE, "Only git's own requests are served.");
    }
    String encoding = request.getHeader("Content-Encoding");
    if (encoding != null && !encoding.equals("gzip")) {
      throw new Refusal(
          HttpServletResponse.SC_UNSUPPORTED_MEDIA_TYPE, "Of encodings only gzip is known.");
    }
  }

  private String advertise(
      GitTokens.Access access, HttpServletRequest request, HttpServletResponse response)
      throws IOException, Refusal {
    String service = String.valueOf(request.getParameter("service"));
    boolean push = service.equals(GitProtocol.PUSH);
    if (push) {
      requireOperator(access);
    } else if (!service.equals(GitProtocol.FETCH)) {
      throw new Refusal(
          HttpServletResponse.SC_FORBIDDEN, "Only git's smart protocol is served here.");
    }
    Exchange exchange = new Exchange(request, response, limits.fetchTime());
    OutputStream out = exchange.answer("application/x-" + service + "-advertisement");
    if (push) {
      protocol.advertisePush(out);
    } else {
      protocol.advertiseFetch(client(access, request), out);
    }
    out.flush();
    return "refs for " + service;
  }

  private static GitProtocol.Client client(GitTokens.Access access, HttpServletRequest request) {
    String parameters = request.getHeader("Git-Protocol");
    return new GitProtocol.Client(
        parameters == null ? List.of() : List.of(parameters.split(":")),
        access.token().role() == GitRole.OPERATOR);
  }

  private String fetch(
      GitTokens.Access access, HttpServletRequest request, HttpServletResponse response)
      throws IOException, Refusal {
    Exchange exchange = new Exchange(request, response, limits.fetchTime());
    byte[] body = read(exchange);
    OutputStream out = exchange.answer("application/x-" + GitProtocol.FETCH + "-result");
    try {
      String asked = protocol.fetch(client(access, request), body, out);
      out.flush();
      return asked;
    } catch (GitProtocol.BadRequest e) {
      throw new Refusal(HttpServletResponse.SC_BAD_REQUEST, String.valueOf(e.getMessage()));
    } catch (GitProtocol.Told e) {
      out.flush();
      throw e;
    }
  }

  private byte[] read(Exchange exchange) throws IOException, Refusal {
    try (InputStream in = exchange.body(limits.fetchRequestBytes())) {
      return in.readAllBytes();
    } catch (Exchange.OverLimit e) {
      throw new Refusal(
          HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE, String.valueOf(e.getMessage()));
    }
  }

  private String receive(
      GitToken token, Caller operator, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Exchange exchange = new Exchange(request, response, limits.pushTime());
    InputStream in = exchange.body(limits.pushRequestBytes());
    OutputStream out = exchange.answer("application/x-" + GitProtocol.PUSH + "-result");
    try {
      List<String> asked = protocol.receive(in, out, new Pusher(token, operator));
      end(in, out);
      return String.join("; ", asked);
    } catch (GitProtocol.Told e) {
      end(in, out);
      throw e;
    }
  }

  private final class Pusher implements GitProtocol.Pusher {
    private final GitToken token;
    private final Caller operator;

    Pusher(GitToken token, Caller operator) {
      this.token = token;
      this.operator = operator;
    }

    @Override
    public PushOutcome settle(CommitId commit) {
      return pushes.pushed(operator, commit);
    }

    @Override
    public String words(AppCommit commit) {
      return "v%d of %s: %s"
          .formatted(commit.version().orElseThrow(), commit.appName(), engine.url(commit.app()));
    }

    @Override
    public void kept(long bytes) {
      pushedBytes.add(token.id(), bytes);
    }
  }

  /** A client reads the answer when it has sent all, also what nobody wants any more. */
  private static void end(InputStream in, OutputStream out) throws IOException {
    in.transferTo(OutputStream.nullOutputStream());
    out.flush();
  }

  private static void answer(HttpServletResponse response, Refusal refusal) throws IOException {
    response.reset();
    response.setStatus(refusal.status);
    switch (refusal.status) {
      case HttpServletResponse.SC_UNAUTHORIZED ->
          response.setHeader("WWW-Authenticate", "Basic realm=\"Headrace git\", charset=\"UTF-8\"");
      case HttpServletResponse.SC_SERVICE_UNAVAILABLE ->
          response.setHeader("Retry-After", RETRY_AFTER_SECONDS);
      default -> {}
    }
    response.setContentType("text/plain;charset=UTF-8");
    response.getOutputStream().write((refusal.getMessage() + "\n").getBytes(UTF_8));
  }
}
