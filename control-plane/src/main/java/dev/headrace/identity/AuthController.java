package dev.headrace.identity;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import dev.headrace.http.Timestamps;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/auth")
class AuthController {
  private final Accounts accounts;
  private final Users users;
  private final Tokens tokens;

  AuthController(Accounts accounts, Users users, Tokens tokens) {
    this.accounts = accounts;
    this.users = users;
    this.tokens = tokens;
  }

  /** Spring's debug log prints what is read and written; these three print no secret. */
  record Signup(
      @JsonProperty(required = true) @JsonSetter(nulls = Nulls.FAIL) String username,
      @JsonProperty(required = true) @JsonSetter(nulls = Nulls.FAIL) String email,
      @JsonProperty(required = true) @JsonSetter(nulls = Nulls.FAIL) String password) {
    @Override
    public String toString() {
      return "signup of " + username;
    }
  }

  record Login(
      @JsonProperty(required = true) @JsonSetter(nulls = Nulls.FAIL) String username,
      @JsonProperty(required = true) @JsonSetter(nulls = Nulls.FAIL) String password) {
    @Override
    public String toString() {
      return "login of " + username;
    }
  }

  record Token(String accessToken, String tokenType) {
    @Override
    public String toString() {
      return tokenType + " token";
    }
  }

  record UserView(String id, String username, String email, String createdAt, boolean isAdmin) {
    static UserView of(User user) {
      return new UserView(
          user.id(),
          user.username(),
          user.email(),
          Timestamps.text(user.createdAt()),
          user.admin());
    }
  }

  @PostMapping("/signup")
  UserView signUp(@RequestBody Signup form) {
    return UserView.of(accounts.signUp(form.username(), form.email(), form.password()));
  }

  @PostMapping("/login")
  Token logIn(@RequestBody Login form, HttpServletRequest request) {
    User user = accounts.logIn(form.username(), form.password(), request.getRemoteAddr());
    return new Token(tokens.issue(user), "bearer");
  }

  @GetMapping("/me")
  UserView me(@AuthenticationPrincipal Caller caller) {
    return UserView.of(users.find(caller.userId()).orElseThrow());
  }
}
