import type { Files } from '../api/types';

/** Work that was not deployed yet, kept in this browser so that a reload loses nothing. */
export interface Draft {
  files: Files;
  entrypoint: string;
  /** Only for an app that does not exist yet. */
  name?: string;
  /** The version that the work began from; null when the app had none. */
  base: number | null;
  savedAt: string;
}

export interface Drafts {
  load(app: string): Draft | null;
  /** False when the browser refuses to keep it. */
  save(app: string, draft: Draft): boolean;
  remove(app: string): void;
}

/** Drafts of one person; several people may share a browser. */
export function draftsOf(userId: string, storage: Storage = localStorage): Drafts {
  const key = (app: string) => `headrace.draft.${userId}.${app}`;
  return {
    load(app) {
      try {
        const kept: unknown = JSON.parse(storage.getItem(key(app)) ?? 'null');
        return isDraft(kept) ? kept : null;
      } catch {
        return null;
      }
    },
    save(app, draft) {
      try {
        storage.setItem(key(app), JSON.stringify(draft));
        return true;
      } catch {
        return false;
      }
    },
    remove: (app) => storage.removeItem(key(app)),
  };
}

function isDraft(kept: unknown): kept is Draft {
  if (typeof kept !== 'object' || kept === null) {
    return false;
  }
  const { files, entrypoint } = kept as Partial<Draft>;
  return (
    typeof files === 'object' &&
    files !== null &&
    Object.values(files).every((text) => typeof text === 'string') &&
    typeof entrypoint === 'string' &&
    entrypoint in files
  );
}
