import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link, Navigate, useSearchParams } from 'react-router';
import { useApi } from '../api/api';
import { errorText } from '../api/errors';
import { Field } from '../ui/field';
import { Notice } from '../ui/notice';
import { usePageTitle } from '../ui/page-title';
import { safeReturn } from './account-form';
import { AccountPage } from './account-page';
import { useToken } from './session';
import { tokens } from './tokens';

export function LogIn() {
  usePageTitle('Log in');
  const api = useApi();
  const token = useToken();
  const [query] = useSearchParams();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [missing, setMissing] = useState(false);
  const logIn = useMutation({
    mutationFn: () => api.logIn(username.trim(), password),
    onSuccess: (fresh) => tokens.set(fresh),
  });

  if (token !== null) {
    return <Navigate to={safeReturn(query.get('next'))} replace />;
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const incomplete = username.trim() === '' || password === '';
    setMissing(incomplete);
    if (!incomplete) {
      logIn.mutate();
    }
  };
  return (
    <AccountPage title="Log in">
      <form onSubmit={submit} noValidate>
        {tokens.lastEnd() === 'ended' && !logIn.isError && (
          <Notice kind="info">Your session has ended. Log in to go on where you were.</Notice>
        )}
        {logIn.isError && <Notice kind="bad">{errorText(logIn.error)}</Notice>}
        <Field
          label="User name"
          name="username"
          autoComplete="username"
          value={username}
          onChange={(event) => setUsername(event.target.value)}
          error={missing && username.trim() === '' ? 'Write your user name.' : null}
        />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          error={missing && password === '' ? 'Write your password.' : null}
        />
        <button type="submit" className="primary" disabled={logIn.isPending}>
          {logIn.isPending ? 'Logging in…' : 'Log in'}
        </button>
      </form>
      <p className="aside">
        No account yet? <Link to={`/signup?${query}`}>Sign up</Link>
      </p>
    </AccountPage>
  );
}
