export interface SignUpValues {
  username: string;
  email: string;
  password: string;
}

export type FieldErrors = Partial<Record<keyof SignUpValues, string>>;

/** What is wrong with a sign-up, by field; empty when all is well. */
export function signUpErrors({ username, email, password }: SignUpValues): FieldErrors {
  const errors: FieldErrors = {};
  if (username.length < 3) {
    errors.username = 'A user name has at least 3 characters.';
  } else if (!/^[A-Za-z0-9_-]+$/.test(username)) {
    errors.username = 'A user name has only letters, digits, “_” and “-”.';
  }
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) {
    errors.email = 'This is not an email address. Write one like ada@example.com.';
  }
  if (password.length < 6) {
    errors.password = 'A password has at least 6 characters.';
  }
  return errors;
}

export function passwordStrength(password: string): string {
  if (password.length < 6) {
    return 'Too short';
  }
  if (password.length < 8) {
    return 'Weak';
  }
  return password.length < 12 ? 'Good' : 'Strong';
}

/** Only paths of this page are followed after a login, never another site's address. */
export function safeReturn(next: string | null): string {
  return next?.startsWith('/') && !/^\/[/\\]/.test(next) ? next : '/';
}
