import {
  type InfiniteData,
  type QueryClient,
  useInfiniteQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { useApi } from '../api/api';
import { errorText } from '../api/errors';
import { follow } from '../api/events';
import type { Action, Deploy, DeployPage, Stage } from '../api/types';
import { begun, type Progress, progressOf, withStage } from './progress';

export function useDeploys(appId: string | null) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ['deploys', appId],
    queryFn: ({ pageParam, signal }) => api.deploys(appId ?? '', pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_before,
    enabled: appId !== null,
  });
}

/** The newest change that carries a version. */
export function latestVersion(pages: InfiniteData<DeployPage> | undefined): Deploy | null {
  return pages?.pages[0]?.deploys.find(({ version }) => version !== null) ?? null;
}

const NEW_SOURCE: Action[] = ['deploy', 'rollback'];

/**
 * The app's newest change that leaves this version its source: the version's own, or one that only
 * renames, stops, starts or upgrades the app after it.
 */
export function newestWithSourceOf(deploys: Deploy[], version: number | null): Deploy | null {
  let at = version === null ? -1 : deploys.findIndex((deploy) => deploy.version === version);
  for (
    let newer = deploys[at - 1];
    newer !== undefined && !NEW_SOURCE.includes(newer.action);
    newer = deploys[at - 1]
  ) {
    at--;
  }
  return deploys[at] ?? null;
}

export interface Followed {
  progress: Progress | null;
  connection: 'open' | 'lost';
  /** Why the stages cannot be followed. */
  error: string | null;
}

const NOTHING: Followed = { progress: null, connection: 'open', error: null };

/**
 * Follows a version to its end. It asks the platform from the first stage on, so a page that was
 * reloaded in the middle shows the same as one that was open all the time.
 */
export function useFollowedDeploy(
  appId: string | null,
  version: number | null,
  known: Deploy | null,
): Followed {
  const api = useApi();
  const queries = useQueryClient();
  const [followed, setFollowed] = useState<Followed | null>(null);
  const ended =
    known !== null && known.version === version && known.outcome !== 'in_progress' ? known : null;
  const isOver = ended !== null;
  const end = useMemo<Followed | null>(
    () =>
      ended?.version == null
        ? null
        : { progress: progressOf(ended, ended.version), connection: 'open', error: null },
    [ended],
  );

  useEffect(() => {
    if (appId === null || version === null || isOver) {
      return;
    }
    const stop = new AbortController();
    const update = (change: (progress: Progress) => Progress) =>
      setFollowed((now) => {
        const progress = now?.progress?.version === version ? now.progress : begun(version);
        return { progress: change(progress), connection: 'open', error: null };
      });
    update((progress) => progress);
    follow(
      (lastEventId, signal) => api.deployEvents(appId, version, lastEventId, signal),
      ({ event, data }) => {
        if (event === 'outcome') {
          const deploy = JSON.parse(data) as Deploy;
          update(() => progressOf(deploy, version));
          refresh(queries, appId);
          return 'done';
        }
        if (event === 'stage') {
          update((progress) => withStage(progress, JSON.parse(data) as Stage));
        }
        return 'more';
      },
      stop.signal,
      (connection) => setFollowed((now) => now && { ...now, connection }),
    ).catch((thrown) => setFollowed((now) => now && { ...now, error: errorText(thrown) }));
    return () => stop.abort();
  }, [api, queries, appId, version, isOver]);

  if (end !== null) {
    return end;
  }
  const current = followed?.progress?.version === version ? followed : null;
  return current ?? NOTHING;
}

export function refresh(queries: QueryClient, appId: string) {
  queries.invalidateQueries({ queryKey: ['deploys', appId] });
  queries.invalidateQueries({ queryKey: ['app', appId] });
  queries.invalidateQueries({ queryKey: ['apps'] });
}
