import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useReducer, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { useApi } from '../api/api';
import type { Accepted } from '../api/types';
import { latestVersion, useDeploys, useFollowedDeploy } from '../deploys/follow-deploy';
import { History } from '../deploys/history';
import { useUser } from '../session/session';
import { DeployTab } from './deploy-tab';
import { type Draft, draftsOf } from './drafts';
import { FileList } from './file-list';
import { LeaveGuard } from './leave-guard';
import { Logs } from './logs';
import { NewerVersion, RestoredDraft } from './notices';
import { Panel, type Tab } from './panel';
import { markOf, problemOf } from './problems';
import { Settings } from './settings';
import { useSurfaces } from './surfaces';
import { TopBar } from './top-bar';
import { type Press, useDeployPress } from './use-deploy-press';
import { useDraft } from './use-draft';
import { edit, sameFiles, type Workspace } from './workspace';

/** What the editor begins with. */
export interface Start {
  workspace: Workspace;
  name: string;
  /** The version that the workspace is; null when the app has none. */
  version: number | null;
  draftKey: string;
}

interface Props {
  start: Start;
  appId: string | null;
  onCreated?: (appId: string) => void;
}

/** Editor, deploy, history and logs of one app on one page. */
export function Studio({ start, appId, onCreated = () => {} }: Props) {
  const api = useApi();
  const user = useUser();
  const navigate = useNavigate();
  const { Code } = useSurfaces();
  const drafts = useMemo(() => draftsOf(user.id), [user.id]);
  const [restored, setRestored] = useState(() => undeployed(drafts.load(start.draftKey), start));
  const [workspace, change] = useReducer(edit, restored ?? start, initialWorkspace);
  const [name, setName] = useState(restored?.name ?? start.name);
  const [reason, setReason] = useState('');
  const [base, setBase] = useState({
    files: start.workspace.files,
    version: restored === null ? start.version : restored.base,
  });
  const [tab, setTab] = useState('deploy');
  const mayLeave = useRef(false);

  const app = useQuery({
    queryKey: ['app', appId],
    queryFn: ({ signal }) => api.app(appId ?? '', signal),
    enabled: appId !== null,
  }).data;
  const history = useDeploys(appId).data;
  const latest = latestVersion(history);
  const deploys = history?.pages.flatMap((page) => page.deploys) ?? [];
  const serving = deploys.find((deploy) => deploy.serving)?.version ?? null;
  const isSingle = app?.mode === 'single';
  const isDirty = !sameFiles(workspace.files, base.files);

  const onAccepted = (accepted: Accepted, pressed: Press) => {
    setBase({ files: pressed.workspace.files, version: accepted.version });
    setRestored(null);
    setReason('');
    if (appId === null) {
      mayLeave.current = true;
      drafts.remove(start.draftKey);
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
      deploy.mutate({ workspace, name, reason });
    }
  };

  const version = Math.max(base.version ?? 0, latest?.version ?? 0) || null;
  const followed = useFollowedDeploy(appId, version, latest);
  const problem = useMemo(
    () =>
      problemOf(deploy.error, deploy.isPending ? null : followed.progress, workspace.entrypoint),
    [deploy.error, deploy.isPending, followed.progress, workspace.entrypoint],
  );
  // A failure of another version than the one in the editor has its line elsewhere.
  const isAboutThis = deploy.error !== null || base.version === version;
  const mark = useMemo(() => (isAboutThis ? markOf(problem) : null), [isAboutThis, problem]);
  const marked = mark?.file ?? null;
  useEffect(() => {
    if (marked !== null) {
      change({ type: 'open', name: marked });
    }
  }, [marked]);

  const draft = useMemo<Draft | null>(() => {
    if (!isDirty) {
      return null;
    }
    const { files, entrypoint } = workspace;
    const kept = { files, entrypoint, base: base.version, savedAt: new Date().toISOString() };
    return appId === null ? { ...kept, name } : kept;
  }, [isDirty, workspace, base.version, appId, name]);
  const isKept = useDraft(drafts, appId ?? start.draftKey, draft);
  useDeployKeys(press);

  const takeOver = (files: Workspace['files'], entrypoint: string, from: number | null) => {
    change({ type: 'load', files, entrypoint });
    setBase({ files, version: from });
    setRestored(null);
  };
  const newer =
    latest !== null && !deploy.isPending && (latest.version ?? 0) > (base.version ?? 0)
      ? latest
      : null;
  const tabs: Tab[] = [
    {
      id: 'deploy',
      label: 'Deploy',
      content: () => (
        <DeployTab
          followed={followed}
          isSending={deploy.isPending}
          problem={problem}
          isRefused={deploy.isError}
          app={app ?? null}
          serving={serving}
          commit={deploys.find((other) => other.version === version)?.commit ?? null}
          onShow={(file) => change({ type: 'open', name: file })}
        />
      ),
    },
    ...(appId === null || app === undefined
      ? []
      : [
          {
            id: 'history',
            label: 'History',
            content: () => <History appId={appId} onRolledBack={() => setTab('deploy')} />,
          },
          { id: 'logs', label: 'Logs', content: () => <Logs appId={appId} /> },
          {
            id: 'settings',
            label: 'Settings',
            content: () => (
              <Settings
                app={app}
                onDeleted={() => {
                  mayLeave.current = true;
                  drafts.remove(appId);
                }}
              />
            ),
          },
        ]),
  ];
  return (
    <main className="studio">
      <TopBar
        app={app ?? null}
        name={name}
        nameError={nameError}
        onName={appId === null ? setName : null}
        reason={reason}
        onReason={setReason}
        state={stateText(isDirty, isKept, base.version)}
        isSending={deploy.isPending}
        onDeploy={press}
      />
      {restored !== null && (
        <RestoredDraft
          savedAt={restored.savedAt}
          onKeep={() => setRestored(null)}
          onDiscard={() =>
            takeOver(start.workspace.files, start.workspace.entrypoint, start.version)
          }
        />
      )}
      {appId !== null && newer !== null && (
        <NewerVersion
          key={newer.commit}
          appId={appId}
          deploy={newer}
          isDirty={isDirty}
          onLoad={(source) =>
            takeOver(source.files, source.entrypoint ?? workspace.entrypoint, newer.version)
          }
          onKeep={() => setBase({ ...base, version: newer.version })}
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
      <Panel tabs={tabs} active={tab} onSelect={setTab} />
      <LeaveGuard
        isDirty={isDirty}
        isKept={isKept}
        mayLeave={mayLeave}
        onDiscard={() => takeOver(base.files, start.workspace.entrypoint, base.version)}
      />
    </main>
  );
}

function initialWorkspace(from: Draft | Start): Workspace {
  return 'workspace' in from
    ? from.workspace
    : { files: from.files, entrypoint: from.entrypoint, active: from.entrypoint };
}

/** The kept draft, unless it says nothing that the platform does not have. */
function undeployed(draft: Draft | null, start: Start): Draft | null {
  return draft === null || sameFiles(draft.files, start.workspace.files) ? null : draft;
}

function stateText(isDirty: boolean, isKept: boolean, version: number | null): string {
  if (isDirty) {
    return isKept ? 'Draft kept in this browser' : 'Not deployed, and this browser keeps no draft';
  }
  return version === null ? 'Not deployed yet' : `Same as version ${version}`;
}

/** Ctrl/Cmd+Enter deploys wherever the focus is; Ctrl/Cmd+S has nothing to do and says so. */
function useDeployKeys(press: () => void) {
  const latest = useRef(press);
  latest.current = press;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey)) {
        return;
      }
      if (event.key === 's') {
        event.preventDefault();
      }
      const isElsewhere = document.querySelector('dialog[open]') !== null;
      if (event.key === 'Enter' && !event.defaultPrevented && !isElsewhere) {
        event.preventDefault();
        latest.current();
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
