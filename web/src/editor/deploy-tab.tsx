import type { App } from '../api/types';
import { OpenApp } from '../apps/open-app';
import type { Followed } from '../deploys/follow-deploy';
import { type Problem, ProblemView } from '../deploys/problem-view';
import { ProgressView } from '../deploys/progress-view';
import { Copy } from '../ui/copy';
import { Notice } from '../ui/notice';

interface Props {
  followed: Followed;
  isSending: boolean;
  problem: Problem | null;
  /** Whether the problem kept the code from becoming a version at all. */
  isRefused: boolean;
  app: App | null;
  /** The version that answers at the app's address. */
  serving: number | null;
  /** The commit of the deploy that is followed, once it is known. */
  commit: string | null;
  onShow: (file: string) => void;
}

export function DeployTab({
  followed,
  isSending,
  problem,
  isRefused,
  app,
  serving,
  commit,
  onShow,
}: Props) {
  const { progress, connection, error } = followed;

  return (
    <div className="deploy-tab">
      {isSending && (
        <p className="loading" role="status">
          <span className="spinner" aria-hidden="true" /> Checking the code and writing its commit…
        </p>
      )}
      {!isSending && progress === null && !isRefused && (
        <p className="hint">
          Nothing deployed yet. Deploy writes one signed commit, and the platform brings it to a
          URL; each stage shows up here.
        </p>
      )}
      {problem !== null && isRefused && !isSending && (
        <ProblemView problem={problem} onShow={onShow} />
      )}
      {!isSending && progress !== null && <ProgressView progress={progress} />}
      {connection === 'lost' && progress?.outcome === 'in_progress' && (
        <p className="hint" role="status">
          The connection is lost; the deploy goes on. Trying again…
        </p>
      )}
      {error !== null && <Notice kind="bad">{error}</Notice>}
      {problem !== null && !isRefused && !isSending && (
        <ProblemView problem={problem} onShow={onShow} />
      )}
      {!isSending && progress !== null && (
        <p className="result">
          {progress.outcome === 'live' && progress.action !== 'stop' && app !== null && (
            <>
              <OpenApp app={app} />
              <Copy text={app.deployment_url} shown={app.deployment_url} what="address" />
            </>
          )}
          {commit !== null && (
            <span className="hint">
              Commit <Copy text={commit} shown={commit.slice(0, 8)} what="commit" />
            </span>
          )}
        </p>
      )}
      {progress?.outcome === 'failed' && (
        <p className="hint">
          {serving === null
            ? 'No version serves until this is mended.'
            : `Version ${serving} goes on serving until this is mended.`}
        </p>
      )}
    </div>
  );
}
