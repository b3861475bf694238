import { useEffect, useRef } from 'react';

/** Ctrl/Cmd+Enter deploys wherever the focus is; Ctrl/Cmd+S must not save the page as a file. */
export function useDeployKeys(press: () => void) {
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
