import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../api/api';
import { errorText } from '../api/errors';
import { usePress } from '../api/press';
import type { App } from '../api/types';
import { refresh } from '../deploys/follow-deploy';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { Notice } from '../ui/notice';

interface Props {
  app: App;
  onChanged: () => void;
}

interface Change {
  action: 'stop' | 'start' | 'restart';
  reason: string;
}

/** Stop, start and restart. Only a stop asks first: it turns visitors away. */
export function Run({ app, onChanged }: Props) {
  const [stopping, setStopping] = useState(false);
  const change = useLifecycle(app, () => {
    setStopping(false);
    onChanged();
  });
  const press = (action: Change['action']) => change.mutate({ action, reason: '' });
  return (
    <>
      {change.isError && !stopping && <Notice kind="bad">{errorText(change.error)}</Notice>}
      {app.status === 'stopped' ? (
        <>
          <p className="hint">
            The app is stopped, and its address says so. A deploy or a rollback starts it, too.
          </p>
          <button type="button" disabled={change.isPending} onClick={() => press('start')}>
            {change.isPending ? 'Starting…' : 'Start app'}
          </button>
        </>
      ) : (
        <>
          <p className="hint">
            A restart starts the same code anew; the app answers all the time. A stop ends it until
            somebody starts it.
          </p>
          <p className="buttons">
            <button type="button" disabled={change.isPending} onClick={() => press('restart')}>
              {change.isPending && !stopping ? 'Restarting…' : 'Restart app'}
            </button>
            <button
              type="button"
              className="danger"
              disabled={change.isPending}
              onClick={() => setStopping(true)}
            >
              Stop app…
            </button>
          </p>
        </>
      )}
      {stopping && (
        <StopDialog
          name={app.name || app.app_id}
          isPending={change.isPending}
          error={change.isError ? errorText(change.error) : null}
          onClose={() => setStopping(false)}
          onStop={(reason) => change.mutate({ action: 'stop', reason })}
        />
      )}
    </>
  );
}

function useLifecycle(app: App, onChanged: () => void) {
  const api = useApi();
  const queries = useQueryClient();
  const press = usePress();
  return useMutation({
    mutationFn: ({ action, reason }: Change) =>
      api.lifecycle(app.app_id, action, reason, press.idFor(`${action} ${reason}`)),
    retry: press.retry,
    onError: press.refused,
    onSuccess: () => {
      press.answered();
      refresh(queries, app.app_id);
      onChanged();
    },
  });
}

interface StopProps {
  name: string;
  isPending: boolean;
  error: string | null;
  onClose: () => void;
  onStop: (reason: string) => void;
}

function StopDialog({ name, isPending, error, onClose, onStop }: StopProps) {
  const [reason, setReason] = useState('');
  return (
    <Dialog title={`Stop ${name}?`} onClose={onClose}>
      <p>
        Whoever visits it reads “This app is stopped.” until it is started. What it keeps in memory
        is lost.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onStop(reason.trim());
        }}
      >
        {error !== null && <Notice kind="bad">{error}</Notice>}
        <Field
          label="Reason (optional, stands in the commit)"
          value={reason}
          maxLength={500}
          onChange={(event) => setReason(event.target.value)}
        />
        <div className="dialog-foot">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="danger" disabled={isPending}>
            {isPending ? 'Stopping…' : 'Stop app'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
