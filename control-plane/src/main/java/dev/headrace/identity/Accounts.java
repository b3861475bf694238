package dev.headrace.identity;

import dev.headrace.HeadraceSettings;
import dev.headrace.http.ApiError;
import dev.headrace.http.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.http.HttpStatus;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Service;

/** Signing up and logging in. */
@Service
public class Accounts {
  private static final int LONGEST_USERNAME = 64;
  private static final int SHORTEST_PASSWORD = 6;
  private static final int BCRYPT_BYTES = 72;
  private static final Pattern EMAIL =
      Pattern.compile("[^\\s@\\p{Cntrl}]{1,64}@[\\p{L}\\p{N}.-]{1,189}\\.[\\p{L}\\p{N}-]{2,63}");

  /** Besides what Unicode calls control or format: letters, marks and symbols without a shape. */
  private static final Pattern UNSEEN =
      Pattern.compile(
          "[\\p{C}\\p{Zl}\\p{Zp}\\x{34f}\\x{115f}\\x{1160}\\x{17b4}\\x{17b5}\\x{180b}-\\x{180f}"
              + "\\x{2800}\\x{3164}\\x{fe00}-\\x{fe0f}\\x{ffa0}\\x{e0100}-\\x{e01ef}]");

  private static final Pattern SPACE_AT_AN_END = Pattern.compile("^\\p{Z}|\\p{Z}$");

  private final Users users;
  private final PasswordEncoder passwords;
  private final LoginThrottle throttle;
  private final boolean signup;
  private final boolean fromAfar;
  private final String nobodysHash;

  Accounts(
      Users users, PasswordEncoder passwords, LoginThrottle throttle, HeadraceSettings settings) {
    this.users = users;
    this.passwords = passwords;
    this.throttle = throttle;
    this.signup = settings.signup();
    this.fromAfar = !settings.bind().isLoopbackAddress();
    this.nobodysHash = Objects.requireNonNull(passwords.encode("nobody"));
  }

  User signUp(String username, String email, String password) {
    if (!signup && (fromAfar || !users.isEmpty())) {
      throw closed();
    }
    check(username, email, password);
    if (!signup) {
      return users.createFirst(username, email, hash(password)).orElseThrow(Accounts::closed);
    }
    if (users.taken(username, email)) {
      throw taken();
    }
    return users.create(username, email, hash(password)).orElseThrow(Accounts::taken);
  }

  User logIn(String username, String password, String address) {
    if (username.length() > LONGEST_USERNAME) {
      throw wrongPassword();
    }
    throttle.attempt(username, address);
    Optional<User> user = users.byUsername(username);
    boolean fits =
        password.getBytes(StandardCharsets.UTF_8).length <= BCRYPT_BYTES
            && passwords.matches(password, user.map(User::passwordHash).orElse(nobodysHash));
    if (user.isEmpty() || !fits) {
      throw wrongPassword();
    }
    throttle.succeeded(username, address);
    return user.get();
  }

  /** Whether nobody has an account yet. */
  public boolean isEmpty() {
    return users.isEmpty();
  }

  /** For the operator of this machine: makes the account, or gives it another password. */
  public void ensure(String username, String email, String password) {
    Optional<User> user = users.byUsername(username);
    if (user.isPresent()) {
      users.changePassword(user.get().id(), hash(password));
      return;
    }
    check(username, email, password);
    if (users.create(username, email, hash(password)).isEmpty()) {
      throw taken();
    }
  }

  private String hash(String password) {
    return Objects.requireNonNull(passwords.encode(password));
  }

  private static void check(String username, String email, String password) {
    if (username.isEmpty()
        || username.length() > LONGEST_USERNAME
        || SPACE_AT_AN_END.matcher(username).find()
        || UNSEEN.matcher(username).find()) {
      throw ApiError.text(
          HttpStatus.BAD_REQUEST,
          "Username must have 1 to %d visible characters, without spaces around it"
              .formatted(LONGEST_USERNAME));
    }
    if (!EMAIL.matcher(email).matches()) {
      throw ApiError.text(HttpStatus.BAD_REQUEST, "Email must be an address like ada@example.com");
    }
    if (password.length() < SHORTEST_PASSWORD
        || password.getBytes(StandardCharsets.UTF_8).length > BCRYPT_BYTES) {
      throw ApiError.text(
          HttpStatus.BAD_REQUEST,
          "Password must have at least %d characters and at most %d bytes"
              .formatted(SHORTEST_PASSWORD, BCRYPT_BYTES));
    }
  }

  private static ApiError closed() {
    return ApiError.of(ErrorCode.SIGNUPS_DISABLED, "Public signups are disabled");
  }

  private static ApiError wrongPassword() {
    return ApiError.text(HttpStatus.UNAUTHORIZED, "Invalid username or password");
  }

  private static ApiError taken() {
    return ApiError.text(HttpStatus.BAD_REQUEST, "Username or email already exists");
  }
}
