import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useApi } from '../api/api';
import { follow } from '../api/events';
import type { App, AppDetail } from '../api/types';

/** Puts a changed app into everything that shows it. */
export function show(queries: QueryClient, app: App) {
  queries.setQueryData<App[]>(['apps'], (apps) => {
    if (apps === undefined) {
      return apps;
    }
    const known = apps.some(({ app_id }) => app_id === app.app_id);
    return known
      ? apps.map((other) => (other.app_id === app.app_id ? { ...other, ...app } : other))
      : [...apps, app];
  });
  queries.setQueryData<AppDetail>(['app', app.app_id], (detail) => detail && { ...detail, ...app });
  queries.invalidateQueries({ queryKey: ['deploys', app.app_id] });
}

/** Takes a deleted app out of the list. */
function forget(queries: QueryClient, appId: string) {
  queries.setQueryData<App[]>(['apps'], (apps) => apps?.filter(({ app_id }) => app_id !== appId));
}

/** Keeps the apps true while the page is open; answers whether the line to the platform is up. */
export function useLiveApps(): 'open' | 'lost' {
  const api = useApi();
  const queries = useQueryClient();
  const [connection, setConnection] = useState<'open' | 'lost'>('open');
  useEffect(() => {
    const stop = new AbortController();
    let wasLost = false;
    follow(
      (lastEventId, signal) => api.appEvents(lastEventId, signal),
      ({ event, data }) => {
        if (event === 'app') {
          show(queries, JSON.parse(data) as App);
        } else if (event === 'gone') {
          forget(queries, (JSON.parse(data) as { app_id: string }).app_id);
        }
        return 'more';
      },
      stop.signal,
      (state) => {
        setConnection(state);
        if (state === 'open' && wasLost) {
          queries.invalidateQueries({ queryKey: ['apps'] });
        }
        wasLost = state === 'lost';
      },
    ).catch(() => setConnection('lost'));
    return () => stop.abort();
  }, [api, queries]);
  return connection;
}
