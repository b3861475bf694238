import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useMemo } from 'react';
import {
  type createBrowserRouter,
  Link,
  type RouteObject,
  RouterProvider,
  useRouteError,
} from 'react-router';
import { Api, ApiContext, isWorthRetrying } from './api/api';
import { errorText } from './api/errors';
import { AppList } from './apps/app-list';
import { NewApp } from './apps/new-app';
import { EditorPage } from './editor/editor-page';
import { LogIn } from './session/login';
import { LoggedIn } from './session/session';
import { SignUp } from './session/signup';
import { tokens } from './session/tokens';
import { Shell } from './shell';
import { Notice } from './ui/notice';

export const routes: RouteObject[] = [
  {
    errorElement: <Broken />,
    children: [
      { path: '/login', element: <LogIn /> },
      { path: '/signup', element: <SignUp /> },
      {
        element: <LoggedIn />,
        children: [
          {
            element: <Shell />,
            children: [
              { path: '/', element: <AppList /> },
              { path: '/new', element: <NewApp /> },
              { path: '/apps/:appId', element: <EditorPage /> },
              { path: '*', element: <NoSuchPage /> },
            ],
          },
        ],
      },
    ],
  },
];

interface Props {
  router: ReturnType<typeof createBrowserRouter>;
}

export function App({ router }: Props) {
  const queries = useMemo(newQueryClient, []);
  const api = useMemo(
    () =>
      new Api({
        token: tokens.get,
        refused: () => {
          tokens.clear('ended');
          queries.clear();
        },
      }),
    [queries],
  );
  return (
    <ApiContext.Provider value={api}>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </ApiContext.Provider>
  );
}

function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        retry: (count, thrown) => count < 2 && isWorthRetrying(thrown),
      },
      mutations: { networkMode: 'always' },
    },
  });
}

function NoSuchPage() {
  return (
    <main className="page">
      <h1>No such page</h1>
      <p>
        Nothing is at this address. <Link to="/">Go to your apps</Link>.
      </p>
    </main>
  );
}

/** A defect of the page itself: the work is in the draft, so loading again is safe. */
function Broken() {
  const thrown = useRouteError();
  return (
    <main className="page">
      <h1>The page broke</h1>
      <Notice kind="bad">{errorText(thrown)}</Notice>
      <p>
        Code that was not deployed is kept in this browser.{' '}
        <button type="button" onClick={() => window.location.reload()}>
          Load the page again
        </button>
      </p>
    </main>
  );
}
