import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { useApi } from '../api/api';
import { ApiError, UnreachableError } from '../api/errors';
import type { Accepted, AppChange, Files, NewApp } from '../api/types';
import { ulid } from '../api/ulid';
import { refresh } from '../deploys/follow-deploy';
import { SINGLE_FILE, type Workspace } from './workspace';

export interface Press {
  workspace: Workspace;
  name: string;
  reason: string;
  /** The newest commit of the app that the code takes into account. */
  seen: string | null;
}

/**
 * Sends the code as one deploy. While nothing is known about what became of a request, the same
 * request is sent with the same id, so that the platform takes it once.
 */
export function useDeployPress(
  appId: string | null,
  isSingle: boolean,
  onAccepted: (accepted: Accepted, pressed: Press) => void,
) {
  const api = useApi();
  const queries = useQueryClient();
  const unanswered = useRef<{ id: string; request: string } | null>(null);

  const idFor = (request: string) => {
    if (unanswered.current?.request !== request) {
      unanswered.current = { id: ulid(), request };
    }
    return unanswered.current.id;
  };
  return useMutation({
    mutationFn: ({ workspace, name, reason, seen }: Press) => {
      const { files, entrypoint } = workspace;
      const why = reason.trim() === '' ? {} : { reason: reason.trim() };
      if (appId === null) {
        const body: NewApp = { name: name.trim(), mode: 'multi', files, entrypoint, ...why };
        return api.create(body, idFor(JSON.stringify(body)));
      }
      const body: AppChange = { ...source(files, isSingle), ...why };
      return api.update(appId, body, idFor(JSON.stringify(body)), seen);
    },
    retry: (count, thrown) => thrown instanceof UnreachableError && count < 3,
    onError: (thrown) => {
      if (!(thrown instanceof UnreachableError)) {
        unanswered.current = null;
      }
      if (appId !== null && thrown instanceof ApiError && thrown.status === 412) {
        refresh(queries, appId);
      }
    },
    onSuccess: (accepted, pressed) => {
      unanswered.current = null;
      refresh(queries, accepted.app.app_id);
      onAccepted(accepted, pressed);
    },
  });
}

function source(files: Files, isSingle: boolean): AppChange {
  return isSingle ? { code: files[SINGLE_FILE] ?? '' } : { files };
}
