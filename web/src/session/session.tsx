import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { Navigate, Outlet, useLocation } from 'react-router';
import { useApi } from '../api/api';
import { ApiError, errorText } from '../api/errors';
import type { User } from '../api/types';
import { Loading, Notice } from '../ui/notice';
import { tokens } from './tokens';

export function useToken(): string | null {
  return useSyncExternalStore(tokens.subscribe, tokens.get);
}

export function useMe() {
  const api = useApi();
  return useQuery({
    queryKey: ['me'],
    queryFn: () => api.me(),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The person who is logged in. Only below {@link LoggedIn}, which waits until it is known. */
export function useUser(): User {
  const { data } = useMe();
  if (data === undefined) {
    throw new Error('useUser needs LoggedIn above it');
  }
  return data;
}

export function loginPath(returnTo: string): string {
  return returnTo === '/' ? '/login' : `/login?next=${encodeURIComponent(returnTo)}`;
}

/** Pages below need an account; whoever has none logs in first and comes back to where they were. */
export function LoggedIn() {
  const token = useToken();
  const here = useLocation();
  if (token === null) {
    return <Navigate to={loginPath(here.pathname + here.search)} replace />;
  }
  return <Known key={token} />;
}

function Known() {
  const me = useMe();
  const queries = useQueryClient();
  const failure = me.error;
  const unknown = failure instanceof ApiError && failure.status < 500;
  useEffect(() => {
    if (unknown) {
      tokens.clear('ended');
      queries.clear();
    }
  }, [unknown, queries]);
  if (me.data !== undefined) {
    return <Outlet />;
  }
  return (
    <main className="page">
      {failure === null || unknown ? (
        <Loading what="your account" />
      ) : (
        <Notice kind="bad">
          {errorText(failure)}{' '}
          <button type="button" onClick={() => me.refetch()}>
            Try again
          </button>
        </Notice>
      )}
    </main>
  );
}
