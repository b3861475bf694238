import { useMutation } from '@tanstack/react-query';
import { type ChangeEvent, type FormEvent, useState } from 'react';
import { Link, Navigate, useSearchParams } from 'react-router';
import { useApi } from '../api/api';
import { errorText } from '../api/errors';
import { Field } from '../ui/field';
import { Notice } from '../ui/notice';
import { usePageTitle } from '../ui/page-title';
import {
  type FieldErrors,
  passwordStrength,
  type SignUpValues,
  safeReturn,
  signUpErrors,
} from './account-form';
import { AccountPage } from './account-page';
import { useToken } from './session';
import { tokens } from './tokens';

export function SignUp() {
  usePageTitle('Sign up');
  const api = useApi();
  const token = useToken();
  const [query] = useSearchParams();
  const [values, setValues] = useState<SignUpValues>({ username: '', email: '', password: '' });
  const [tried, setTried] = useState(false);
  const signUp = useMutation({
    mutationFn: async ({ username, email, password }: SignUpValues) => {
      await api.signUp(username, email, password);
      return api.logIn(username, password);
    },
    onSuccess: (fresh) => tokens.set(fresh),
  });

  if (token !== null) {
    return <Navigate to={safeReturn(query.get('next'))} replace />;
  }
  const trimmed = { ...values, username: values.username.trim(), email: values.email.trim() };
  const errors: FieldErrors = tried ? signUpErrors(trimmed) : {};
  const field = (name: keyof SignUpValues) => ({
    name,
    value: values[name],
    error: errors[name] ?? null,
    onChange: (event: ChangeEvent<HTMLInputElement>) =>
      setValues({ ...values, [name]: event.target.value }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(signUpErrors(trimmed)).length === 0) {
      signUp.mutate(trimmed);
    }
  };
  const strength = values.password === '' ? null : passwordStrength(values.password);
  return (
    <AccountPage title="Sign up">
      <form onSubmit={submit} noValidate>
        {signUp.isError && <Notice kind="bad">{errorText(signUp.error)}</Notice>}
        <Field label="User name" autoComplete="username" {...field('username')} />
        <Field label="Email" type="email" autoComplete="email" {...field('email')} />
        <Field
          label="Password"
          type="password"
          autoComplete="new-password"
          hint={strength === null ? 'At least 6 characters.' : `Strength: ${strength}`}
          {...field('password')}
        />
        <button type="submit" className="primary" disabled={signUp.isPending}>
          {signUp.isPending ? 'Creating your account…' : 'Sign up'}
        </button>
      </form>
      <p className="aside">
        Already have an account? <Link to={`/login?${query}`}>Log in</Link>
      </p>
    </AccountPage>
  );
}
