import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useApi } from '../api/api';
import { errorText } from '../api/errors';
import type { App, AppDetail } from '../api/types';
import { ulid } from '../api/ulid';
import { refresh } from '../deploys/follow-deploy';
import { Copy } from '../ui/copy';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { Notice } from '../ui/notice';
import { Plan } from './plan';
import { Run } from './run';

interface Props {
  app: AppDetail;
  /** A commit was made, whose stages are of interest. */
  onChanged: () => void;
  onDeleted: () => void;
}

export function Settings({ app, onChanged, onDeleted }: Props) {
  const [deleting, setDeleting] = useState(false);
  return (
    <div className="settings">
      <section>
        <Rename key={app.name} app={app} />
      </section>
      <section>
        <h3>Run</h3>
        <Run app={app} onChanged={onChanged} />
      </section>
      <section>
        <Plan key={app.resources} app={app} onChanged={onChanged} />
      </section>
      <section>
        <h3>Address</h3>
        <p>
          <Copy text={app.deployment_url} shown={app.deployment_url} what="address" />
        </p>
        <p className="hint">
          App id <code>{app.app_id}</code>. The address follows from the id and never changes.
        </p>
      </section>
      <section>
        <h3>Delete</h3>
        <p className="hint">
          The app stops and its address answers no more. Its commits stay in the git history.
        </p>
        <button type="button" className="danger" onClick={() => setDeleting(true)}>
          Delete app…
        </button>
      </section>
      {deleting && (
        <DeleteDialog app={app} onClose={() => setDeleting(false)} onDeleted={onDeleted} />
      )}
    </div>
  );
}

function Rename({ app }: { app: App }) {
  const api = useApi();
  const queries = useQueryClient();
  const [name, setName] = useState(app.name);
  const rename = useMutation({
    mutationFn: (wanted: string) => api.update(app.app_id, { name: wanted }, ulid()),
    onSuccess: () => refresh(queries, app.app_id),
  });
  const wanted = name.trim();
  return (
    <form
      className="inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted !== '' && wanted !== app.name) {
          rename.mutate(wanted);
        }
      }}
    >
      <Field
        label="Name"
        value={name}
        hint="A new name is a commit, but no deploy: the app goes on running."
        error={wanted === '' ? 'Write a name.' : rename.isError ? errorText(rename.error) : null}
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" disabled={rename.isPending || wanted === '' || wanted === app.name}>
        {rename.isPending ? 'Renaming…' : 'Rename'}
      </button>
    </form>
  );
}

interface DeleteProps {
  app: App;
  onClose: () => void;
  onDeleted: () => void;
}

function DeleteDialog({ app, onClose, onDeleted }: DeleteProps) {
  const api = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const word = app.name || app.app_id;
  const remove = useMutation({
    mutationFn: () => api.remove(app.app_id),
    onSuccess: async () => {
      onDeleted();
      await navigate('/');
      queries.removeQueries({ queryKey: ['app', app.app_id] });
      queries.invalidateQueries({ queryKey: ['apps'] });
    },
  });
  return (
    <Dialog title={`Delete ${word}?`} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (typed === word) {
            remove.mutate();
          }
        }}
      >
        {remove.isError && <Notice kind="bad">{errorText(remove.error)}</Notice>}
        <Field
          label={`Type “${word}” to confirm`}
          value={typed}
          autoComplete="off"
          onChange={(event) => setTyped(event.target.value)}
        />
        <div className="dialog-foot">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="danger" disabled={typed !== word || remove.isPending}>
            {remove.isPending ? 'Deleting…' : 'Delete app'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
