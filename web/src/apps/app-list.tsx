import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { useApi } from '../api/api';
import { errorText } from '../api/errors';
import type { App } from '../api/types';
import { Loading, Notice } from '../ui/notice';
import { usePageTitle } from '../ui/page-title';
import { Ago, instant } from '../ui/time';
import { OpenApp } from './open-app';
import { Status } from './status';

const SEARCH_FROM = 6;

export function AppList() {
  usePageTitle('Apps');
  const api = useApi();
  const apps = useQuery({ queryKey: ['apps'], queryFn: ({ signal }) => api.apps(signal) });
  return (
    <main className="page">
      <div className="page-head">
        <h1>Apps</h1>
        {apps.data?.length !== 0 && (
          <Link className="button primary" to="/new">
            New app
          </Link>
        )}
      </div>
      {apps.isPending && <Loading what="your apps" />}
      {apps.isError && (
        <Notice kind="bad">
          {errorText(apps.error)}{' '}
          <button type="button" onClick={() => apps.refetch()}>
            Try again
          </button>
        </Notice>
      )}
      {apps.data?.length === 0 && <NoApps />}
      {apps.data !== undefined && apps.data.length > 0 && <Apps apps={apps.data} />}
    </main>
  );
}

function NoApps() {
  return (
    <section className="empty">
      <h2>No apps yet</h2>
      <p>Write your first one: press Deploy in the editor and it has a URL a moment later.</p>
      <Link className="button primary" to="/new">
        New app
      </Link>
    </section>
  );
}

function Apps({ apps }: { apps: App[] }) {
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLowerCase();
  const shown = latestFirst(apps).filter(
    ({ name, app_id }) => name.toLowerCase().includes(wanted) || app_id.includes(wanted),
  );
  return (
    <>
      {apps.length >= SEARCH_FROM && (
        <input
          type="search"
          className="search"
          aria-label="Search apps"
          placeholder="Search by name or id"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      )}
      <ul className="apps">
        {shown.map((app) => (
          <AppRow key={app.app_id} app={app} />
        ))}
      </ul>
      {shown.length === 0 && <p className="hint">No app’s name or id contains “{search}”.</p>}
    </>
  );
}

function AppRow({ app }: { app: App }) {
  const problem = app.status === 'error' ? (app.last_error ?? app.error_message) : null;
  return (
    <li className="app">
      <div className="app-main">
        <Link className="app-name" to={`/apps/${app.app_id}`}>
          {app.name || app.app_id}
        </Link>
        <span className="hint">
          <code>{app.app_id}</code>
          {' · '}
          {app.last_deploy_at === null ? (
            'never deployed'
          ) : (
            <>
              deployed <Ago at={app.last_deploy_at} />
            </>
          )}
        </span>
        {problem !== null && <span className="app-problem">{problem.split('\n')[0]}</span>}
      </div>
      <Status status={app.status} />
      <OpenApp app={app} />
    </li>
  );
}

function latestFirst(apps: App[]): App[] {
  const time = (app: App) => instant(app.last_deploy_at ?? app.created_at).getTime();
  return [...apps].sort((a, b) => time(b) - time(a));
}
