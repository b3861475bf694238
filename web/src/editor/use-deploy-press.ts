import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useApi } from '../api/api';
import { ApiError } from '../api/errors';
import { usePress } from '../api/press';
import type { Accepted, AppChange, Files, NewApp } from '../api/types';
import { refresh } from '../deploys/follow-deploy';
import { SINGLE_FILE, type Workspace } from './workspace';

export interface Press {
  workspace: Workspace;
  name: string;
  reason: string;
  /** The newest commit of the app that the code takes into account. */
  seen: string | null;
}

/** Sends the code as one deploy, however often the request has to be sent. */
export function useDeployPress(
  appId: string | null,
  isSingle: boolean,
  onAccepted: (accepted: Accepted, pressed: Press) => void,
) {
  const api = useApi();
  const queries = useQueryClient();
  const press = usePress();
  return useMutation({
    mutationFn: ({ workspace, name, reason, seen }: Press) => {
      const { files, entrypoint } = workspace;
      const why = reason.trim() === '' ? {} : { reason: reason.trim() };
      if (appId === null) {
        const body: NewApp = { name: name.trim(), mode: 'multi', files, entrypoint, ...why };
        return api.create(body, press.idFor(JSON.stringify(body)));
      }
      const body: AppChange = { ...source(files, isSingle), ...why };
      return api.update(appId, body, press.idFor(JSON.stringify(body)), seen);
    },
    retry: press.retry,
    onError: (thrown) => {
      press.refused(thrown);
      if (appId !== null && thrown instanceof ApiError && thrown.status === 412) {
        refresh(queries, appId);
      }
    },
    onSuccess: (accepted, pressed) => {
      press.answered();
      refresh(queries, accepted.app.app_id);
      onAccepted(accepted, pressed);
    },
  });
}

function source(files: Files, isSingle: boolean): AppChange {
  return isSingle ? { code: files[SINGLE_FILE] ?? '' } : { files };
}
