import { useMutation, useQueries, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../api/api';
import { errorText, UnreachableError } from '../api/errors';
import type { Files } from '../api/types';
import { ulid } from '../api/ulid';
import { useSurfaces } from '../editor/surfaces';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { Loading, Notice } from '../ui/notice';
import { refresh } from './follow-deploy';

interface Props {
  appId: string;
  from: number;
  to: number;
  onClose: () => void;
  onRolledBack: (version: number) => void;
}

/** Shows what a rollback changes before it happens; it is a new deploy with a commit of its own. */
export function RollbackDialog({ appId, from, to, onClose, onRolledBack }: Props) {
  const api = useApi();
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const [press] = useState(() => ulid());
  const [before, after] = useQueries({
    queries: [from, to].map((version) => ({
      queryKey: ['source', appId, version],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.source(appId, version, signal),
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  const rollBack = useMutation({
    mutationFn: () => api.rollBack(appId, to, reason.trim(), press),
    retry: (count, thrown) => thrown instanceof UnreachableError && count < 3,
    onSuccess: (deploy) => {
      refresh(queries, appId);
      onRolledBack(deploy.version ?? from + 1);
    },
  });
  const unread = before?.error ?? after?.error ?? null;
  return (
    <Dialog title={`Roll back to version ${to}`} wide onClose={onClose}>
      <p className="hint">
        The code of version {to} becomes a new version. Nothing is removed from the history.
      </p>
      {unread !== null && <Notice kind="bad">{errorText(unread)}</Notice>}
      {unread === null && (before?.data === undefined || after?.data === undefined) && (
        <Loading what="both versions" />
      )}
      {before?.data !== undefined && after?.data !== undefined && (
        <Changes before={before.data.files} after={after.data.files} from={from} to={to} />
      )}
      {rollBack.isError && <Notice kind="bad">{errorText(rollBack.error)}</Notice>}
      <form
        className="dialog-foot"
        onSubmit={(event) => {
          event.preventDefault();
          rollBack.mutate();
        }}
      >
        <Field
          label="Reason (optional, stands in the commit)"
          value={reason}
          maxLength={500}
          onChange={(event) => setReason(event.target.value)}
        />
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="primary" disabled={rollBack.isPending}>
          {rollBack.isPending ? 'Rolling back…' : `Roll back to version ${to}`}
        </button>
      </form>
    </Dialog>
  );
}

interface ChangesProps {
  before: Files;
  after: Files;
  from: number;
  to: number;
}

function Changes({ before, after, from, to }: ChangesProps) {
  const { Diff } = useSurfaces();
  const names = changedFiles(before, after);
  const [chosen, setChosen] = useState(names[0]);
  if (chosen === undefined) {
    return (
      <Notice kind="info">
        The code of versions {from} and {to} is the same.
      </Notice>
    );
  }
  return (
    <div className="changes">
      <div className="changes-head">
        <span>
          Left: version {from}, as it is now. Right: version {to}.
        </span>
        {names.length > 1 && (
          <select
            aria-label="Changed file"
            value={chosen}
            onChange={(event) => setChosen(event.target.value)}
          >
            {names.map((name) => (
              <option key={name} value={name}>
                {name}
                {!(name in before) && ' (comes back)'}
                {!(name in after) && ' (goes away)'}
              </option>
            ))}
          </select>
        )}
      </div>
      <Diff name={chosen} before={before[chosen] ?? ''} after={after[chosen] ?? ''} />
    </div>
  );
}

export function changedFiles(before: Files, after: Files): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => before[name] !== after[name])
    .sort((a, b) => a.localeCompare(b));
}
