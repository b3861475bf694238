import { useState } from 'react';
import { errorText } from '../api/errors';
import type { Deploy } from '../api/types';
import { Copy } from '../ui/copy';
import { Loading, Notice } from '../ui/notice';
import { Ago } from '../ui/time';
import { latestVersion, useDeploys } from './follow-deploy';
import { Evidence } from './problem-view';
import { RollbackDialog } from './rollback-dialog';

const OUTCOMES = {
  in_progress: 'in progress',
  live: 'went live',
  failed: 'failed',
  superseded: 'superseded',
};

interface Props {
  appId: string;
  onRolledBack: (version: number) => void;
}

/** Every change of the app, newest first, each with its commit. */
export function History({ appId, onRolledBack }: Props) {
  const history = useDeploys(appId);
  const [target, setTarget] = useState<number | null>(null);
  const current = latestVersion(history.data);
  if (history.isPending) {
    return <Loading what="the history" />;
  }
  if (history.isError) {
    return <Notice kind="bad">{errorText(history.error)}</Notice>;
  }
  const deploys = history.data.pages.flatMap((page) => page.deploys);
  return (
    <div className="history">
      <table>
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">Change</th>
            <th scope="col">By</th>
            <th scope="col">When</th>
            <th scope="col">Commit</th>
            <th scope="col">Outcome</th>
            <th scope="col">
              <span className="hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {deploys.map((deploy) => (
            <Row
              key={deploy.commit}
              deploy={deploy}
              isCurrent={deploy.version === current?.version}
              onRollBack={setTarget}
            />
          ))}
        </tbody>
      </table>
      {deploys.length === 0 && <p className="hint">No deploys yet.</p>}
      {history.hasNextPage && (
        <button
          type="button"
          disabled={history.isFetchingNextPage}
          onClick={() => history.fetchNextPage()}
        >
          {history.isFetchingNextPage ? 'Loading…' : 'Show older'}
        </button>
      )}
      {target !== null && current?.version != null && (
        <RollbackDialog
          appId={appId}
          from={current.version}
          to={target}
          onClose={() => setTarget(null)}
          onRolledBack={(version) => {
            setTarget(null);
            onRolledBack(version);
          }}
        />
      )}
    </div>
  );
}

interface RowProps {
  deploy: Deploy;
  isCurrent: boolean;
  onRollBack: (version: number) => void;
}

function Row({ deploy, isCurrent, onRollBack }: RowProps) {
  const { version, actor, via, commit, outcome, failure, serving } = deploy;
  return (
    <tr>
      <th scope="row">{version === null ? '–' : `v${version}`}</th>
      <td>
        {changeOf(deploy)}
        {deploy.reason !== null && <p className="reason">{deploy.reason}</p>}
        {failure !== null && (
          <details>
            <summary>{failure.cause}</summary>
            {failure.evidence !== null && <Evidence text={failure.evidence} />}
            <p>{failure.next_step}</p>
          </details>
        )}
      </td>
      <td>
        {actor.username} <span className="hint">{via}</span>
      </td>
      <td>
        <Ago at={deploy.committed_at} />
      </td>
      <td>
        <Copy text={commit} shown={commit.slice(0, 8)} what="commit" />
      </td>
      <td>
        {version !== null && (
          <span className={`outcome ${outcome}`}>
            {deploy.action === 'stop' && outcome === 'live' ? 'stopped' : OUTCOMES[outcome]}
          </span>
        )}
        {serving && <span className="badge serving">serving</span>}
      </td>
      <td>
        {version !== null && !isCurrent && deploy.action !== 'delete' && (
          <button
            type="button"
            className="small"
            aria-label={`Roll back to version ${version}`}
            onClick={() => onRollBack(version)}
          >
            Roll back
          </button>
        )}
      </td>
    </tr>
  );
}

function changeOf({ action, restores }: Deploy): string {
  return action === 'rollback' && restores !== null ? `rollback to v${restores.version}` : action;
}
