import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useApi } from '../api/api';
import { errorText } from '../api/errors';
import type { Deploy, Source } from '../api/types';
import { Notice } from '../ui/notice';
import { Ago } from '../ui/time';

interface RestoredProps {
  savedAt: string;
  onKeep: () => void;
  onDiscard: () => void;
}

export function RestoredDraft({ savedAt, onKeep, onDiscard }: RestoredProps) {
  return (
    <Notice kind="info">
      Your undeployed changes from <Ago at={savedAt} /> are back.{' '}
      <button type="button" onClick={onKeep}>
        Go on
      </button>{' '}
      <button type="button" onClick={onDiscard}>
        Throw them away
      </button>
    </Notice>
  );
}

interface NewerProps {
  appId: string;
  deploy: Deploy;
  isDirty: boolean;
  onLoad: (source: Source) => void;
  onKeep: () => void;
}

/**
 * A version came from elsewhere (another tab, the command line, a rollback). An editor without
 * changes of its own takes it over; otherwise the person chooses.
 */
export function NewerVersion({ appId, deploy, isDirty, onLoad, onKeep }: NewerProps) {
  const api = useApi();
  const version = deploy.version ?? 0;
  const source = useQuery({
    queryKey: ['source', appId, version],
    queryFn: ({ signal }) => api.source(appId, version, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const load = useRef(onLoad);
  load.current = onLoad;
  useEffect(() => {
    if (!isDirty && source.data !== undefined) {
      load.current(source.data);
    }
  }, [isDirty, source.data]);

  if (source.isError) {
    return (
      <Notice kind="bad">
        Version {version} is newer than what is in the editor and could not be read.{' '}
        {errorText(source.error)}{' '}
        <button type="button" onClick={() => source.refetch()}>
          Try again
        </button>
      </Notice>
    );
  }
  if (!isDirty) {
    return null;
  }
  return (
    <Notice kind="info">
      {deploy.actor.username} made version {version} ({deploy.action}, {deploy.via}){' '}
      <Ago at={deploy.committed_at} />, after you began to edit.{' '}
      <button type="button" onClick={onKeep}>
        Keep my changes
      </button>{' '}
      <button
        type="button"
        disabled={source.data === undefined}
        onClick={() => source.data && onLoad(source.data)}
      >
        Load version {version} instead
      </button>
    </Notice>
  );
}
