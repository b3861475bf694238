package dev.headrace.gitserver;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import dev.headrace.http.ApiError;
import dev.headrace.http.ErrorCode;
import dev.headrace.http.Timestamps;
import dev.headrace.identity.Caller;
import io.swagger.v3.oas.annotations.Operation;
import java.util.List;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Tokens for git, for the admin. */
@RestController
@RequestMapping("/api/v1/admin/git/tokens")
class GitTokenController {
  private final GitTokens tokens;

  GitTokenController(GitTokens tokens) {
    this.tokens = tokens;
  }

  record Wanted(
      @JsonProperty(required = true) @JsonSetter(nulls = Nulls.FAIL) String name,
      @JsonProperty(required = true) @JsonSetter(nulls = Nulls.FAIL) String role) {}

  record View(String id, String name, String role, String createdBy, String createdAt) {
    static View of(GitToken token) {
      return new View(
          token.id(),
          token.name(),
          token.role().word(),
          token.userId(),
          Timestamps.text(token.createdAt()));
    }
  }

  /** Spring's debug log prints what is written; this prints no secret. */
  record MadeView(
      String id, String name, String role, String createdBy, String createdAt, String secret) {
    static MadeView of(GitTokens.Made made) {
      View token = View.of(made.token());
      return new MadeView(
          token.id(),
          token.name(),
          token.role(),
          token.createdBy(),
          token.createdAt(),
          made.secret());
    }

    @Override
    public String toString() {
      return "token " + id;
    }
  }

  @Operation(
      summary = "Make a token for git",
      description =
          "For the admin. The role is auditor or flux, which may fetch /git/platform.git, or"
              + " operator, which may also push to it, in the name of the account that made the token."
              + " The secret is the password that git asks for, with any user name; it is shown in"
              + " this answer only.")
  @PostMapping
  MadeView make(@AuthenticationPrincipal Caller caller, @RequestBody Wanted wanted) {
    caller.requireAdmin();
    GitRole role =
        GitRole.of(wanted.role())
            .orElseThrow(() ->
                ApiError.of(
                    ErrorCode.INVALID_REQUEST, "role must be 'auditor', 'operator' or 'flux'"));
    return MadeView.of(tokens.make(wanted.name(), role, caller));
  }

  @Operation(summary = "List tokens for git, without their secrets")
  @GetMapping
  List<View> all(@AuthenticationPrincipal Caller caller) {
    caller.requireAdmin();
    return tokens.all().stream().map(View::of).toList();
  }

  @Operation(summary = "Revoke a token for git", description = "From then on it opens nothing.")
  @DeleteMapping("/{tokenId}")
  View revoke(@AuthenticationPrincipal Caller caller, @PathVariable String tokenId) {
    caller.requireAdmin();
    return tokens
        .revoke(tokenId)
        .map(View::of)
        .orElseThrow(() -> ApiError.of(ErrorCode.NOT_FOUND, "Token not found"));
  }
}
