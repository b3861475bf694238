import { useCallback, useEffect, useRef, useState } from 'react';
import type { Draft, Drafts } from './drafts';

const QUIET_MS = 300;

/**
 * Keeps a draft a moment after the last change, and at once when the page goes away. No draft means
 * there is nothing to keep. Answers whether the browser keeps it, and how to drop it at once.
 */
export function useDraft(drafts: Drafts, key: string, draft: Draft | null) {
  const [isKept, setKept] = useState(true);
  const pending = useRef<(() => void) | null>(null);

  useEffect(() => {
    const write = () => {
      pending.current = null;
      if (draft === null) {
        drafts.remove(key);
        setKept(true);
      } else {
        setKept(drafts.save(key, draft));
      }
    };
    pending.current = write;
    const timer = setTimeout(() => pending.current?.(), QUIET_MS);
    return () => clearTimeout(timer);
  }, [drafts, key, draft]);

  useEffect(() => {
    const flush = () => pending.current?.();
    window.addEventListener('pagehide', flush);
    return () => {
      window.removeEventListener('pagehide', flush);
      flush();
    };
  }, []);

  const forget = useCallback(() => {
    pending.current = null;
    drafts.remove(key);
  }, [drafts, key]);
  return { isKept, forget };
}
