import { useMemo, useReducer, useState } from 'react';
import type { Files } from '../api/types';
import { useUser } from '../session/session';
import { type Draft, draftsOf } from './drafts';
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

/** The source that the platform has, as far as this editor knows. */
interface Base {
  files: Files;
  entrypoint: string;
  version: number | null;
  /** The version's commit, where the history may not have it yet. */
  commit?: string | null;
}

/** The source in the editor, beside what the platform has of it; the difference is kept as a draft. */
export function useSource(start: Start, appId: string | null) {
  const user = useUser();
  const drafts = useMemo(() => draftsOf(user.id), [user.id]);
  const [restored, setRestored] = useState(() => undeployed(drafts.load(start.draftKey), start));
  const [workspace, change] = useReducer(edit, restored ?? start, initialWorkspace);
  const [name, setName] = useState(restored?.name ?? start.name);
  const [base, setBase] = useState<Base>({
    files: start.workspace.files,
    entrypoint: start.workspace.entrypoint,
    version: restored === null ? start.version : restored.base,
  });
  const isDirty = !sameFiles(workspace.files, base.files);
  const draftKey = appId ?? start.draftKey;

  const draft = useMemo<Draft | null>(() => {
    if (!isDirty) {
      return null;
    }
    const { files, entrypoint } = workspace;
    const kept = { files, entrypoint, base: base.version, savedAt: new Date().toISOString() };
    return appId === null ? { ...kept, name } : kept;
  }, [isDirty, workspace, base.version, appId, name]);
  const { isKept, forget } = useDraft(drafts, draftKey, draft);

  const load = (source: Base) => {
    change({ type: 'load', files: source.files, entrypoint: source.entrypoint });
    setBase(source);
    setRestored(null);
  };
  return {
    workspace,
    change,
    name,
    setName,
    version: base.version,
    commit: base.commit ?? null,
    isDirty,
    isKept,
    /** When the draft was kept that the editor began with; null without one. */
    restoredFrom: restored?.savedAt ?? null,
    keepRestored: () => setRestored(null),
    /** Puts a version into the editor, in place of what is there. */
    load,
    /** Goes on with the text of the editor as a change of this version. */
    rebase: (version: number | null) => setBase({ ...base, version, commit: null }),
    /** What was sent is now this version. */
    sent: ({ files, entrypoint }: Workspace, version: number | null, commit: string | null) => {
      setBase({ files, entrypoint, version, commit });
      setRestored(null);
      if (appId === null) {
        forget();
      }
    },
    /** Goes back to what the platform has. */
    discard: () => {
      forget();
      load(restored === null ? base : { ...base, version: start.version });
    },
    forget,
  };
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
