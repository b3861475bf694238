import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { useApi } from '../api/api';
import type { Accepted } from '../api/types';
import {
  latestVersion,
  newestWithSourceOf,
  useDeploys,
  useFollowedDeploy,
} from '../deploys/follow-deploy';
import { FileList } from './file-list';
import { LeaveGuard } from './leave-guard';
import { NewerVersion, RestoredDraft } from './notices';
import { markOf, problemOf } from './problems';
import { StudioPanel } from './studio-panel';
import { useSurfaces } from './surfaces';
import { TopBar } from './top-bar';
import { useDeployKeys } from './use-deploy-keys';
import { type Press, useDeployPress } from './use-deploy-press';
import { type Start, useSource } from './use-source';

interface Props {
  start: Start;
  appId: string | null;
  onCreated?: (appId: string) => void;
}

/** Editor, deploy, history and logs of one app on one page. */
export function Studio({ start, appId, onCreated = () => {} }: Props) {
  const api = useApi();
  const navigate = useNavigate();
  const { Code } = useSurfaces();
  const source = useSource(start, appId);
  const { workspace, change, name } = source;
  const [reason, setReason] = useState('');
  const [tab, setTab] = useState('deploy');
  const mayLeave = useRef(false);

  const app =
    useQuery({
      queryKey: ['app', appId],
      queryFn: ({ signal }) => api.app(appId ?? '', signal),
      enabled: appId !== null,
    }).data ?? null;
  const history = useDeploys(appId).data;
  const deploys = history?.pages.flatMap((page) => page.deploys) ?? [];
  const latest = latestVersion(history);
  const isSingle = app?.mode === 'single';

  const onAccepted = (accepted: Accepted, pressed: Press) => {
    source.sent(pressed.workspace, accepted.version, accepted.commit);
    setReason('');
    if (appId === null) {
      mayLeave.current = true;
      onCreated(accepted.app.app_id);
      Promise.resolve(navigate(`/apps/${accepted.app.app_id}`, { replace: true })).finally(() => {
        mayLeave.current = false;
      });
    }
  };
  const deploy = useDeployPress(appId, isSingle, onAccepted);
  const nameError = appId === null && name.trim() === '' ? 'Give the app a name.' : null;
  const press = () => {
    if (!deploy.isPending && nameError === null) {
      setTab('deploy');
      const seen = newestWithSourceOf(deploys, source.version)?.commit ?? source.commit;
      deploy.mutate({ workspace, name, reason, seen });
    }
  };
  useDeployKeys(press);

  const version = Math.max(source.version ?? 0, latest?.version ?? 0) || null;
  const followed = useFollowedDeploy(appId, version, latest);
  const progress = deploy.isPending ? null : followed.progress;
  const problem = useMemo(
    () => problemOf(deploy.error, progress, workspace.entrypoint),
    [deploy.error, progress, workspace.entrypoint],
  );
  // A failure of another version than the one in the editor has its line elsewhere.
  const isAboutThis =
    deploy.isError ||
    source.version === version ||
    newestWithSourceOf(deploys, source.version)?.version === version;
  const mark = useMemo(() => (isAboutThis ? markOf(problem) : null), [isAboutThis, problem]);
  const marked = mark?.file ?? null;
  useEffect(() => {
    if (marked !== null) {
      change({ type: 'open', name: marked });
    }
  }, [marked, change]);

  const isNewer = (latest?.version ?? 0) > (source.version ?? 0);
  const isBehind =
    !deploy.isPending &&
    isNewer &&
    newestWithSourceOf(deploys, source.version) !== (deploys[0] ?? null);
  return (
    <main className="studio">
      <TopBar
        app={app}
        name={name}
        nameError={nameError}
        onName={appId === null ? source.setName : null}
        reason={reason}
        onReason={setReason}
        state={stateText(source)}
        isSending={deploy.isPending}
        onDeploy={press}
      />
      {source.restoredFrom !== null && (
        <RestoredDraft
          savedAt={source.restoredFrom}
          onKeep={source.keepRestored}
          onDiscard={source.discard}
        />
      )}
      {latest !== null && isBehind && (
        <NewerVersion
          key={latest.commit}
          appId={latest.app_id}
          deploy={latest}
          isDirty={source.isDirty}
          onLoad={({ files, entrypoint }) =>
            source.load({
              files,
              entrypoint: entrypoint ?? workspace.entrypoint,
              version: latest.version,
            })
          }
          onKeep={() => source.rebase(latest.version)}
        />
      )}
      <div className="desk">
        <FileList
          workspace={workspace}
          marked={marked}
          fixed={isSingle ? 'This app was made with a single file and stays so.' : null}
          entrypointFixed={appId !== null}
          onEdit={change}
        />
        <Code
          files={workspace.files}
          active={workspace.active}
          mark={mark}
          onWrite={(file, text) => change({ type: 'write', name: file, text })}
          onDeploy={press}
        />
      </div>
      <StudioPanel
        active={tab}
        onSelect={setTab}
        app={app}
        followed={followed}
        isSending={deploy.isPending}
        problem={problem}
        isRefused={deploy.isError}
        serving={deploys.find((other) => other.serving)?.version ?? null}
        commit={deploys.find((other) => other.version === version)?.commit ?? null}
        onShow={(file) => change({ type: 'open', name: file })}
        onDeleted={() => {
          mayLeave.current = true;
          source.forget();
        }}
      />
      <LeaveGuard
        isDirty={source.isDirty}
        isKept={source.isKept}
        mayLeave={mayLeave}
        onDiscard={source.discard}
      />
    </main>
  );
}

function stateText({ isDirty, isKept, version }: ReturnType<typeof useSource>): string {
  if (isDirty) {
    return isKept ? 'Draft kept in this browser' : 'Not deployed, and this browser keeps no draft';
  }
  return version === null ? 'Not deployed yet' : `Same as version ${version}`;
}
