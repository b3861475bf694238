import { useEffect, useRef } from 'react';
import { editor, LOOK, languageOf } from './monaco';
import type { DiffSurfaceProps } from './surfaces';

/** Two texts side by side, read only. */
export default function MonacoDiff({ name, before, after }: DiffSurfaceProps) {
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (holder.current === null) {
      return;
    }
    const view = editor.createDiffEditor(holder.current, {
      ...LOOK,
      readOnly: true,
      originalEditable: false,
      renderSideBySide: true,
      useInlineViewWhenSpaceIsLimited: true,
      hideUnchangedRegions: { enabled: true },
      renderOverviewRuler: false,
      originalAriaLabel: `${name} as it is now`,
      modifiedAriaLabel: `${name} after the rollback`,
    });
    const original = editor.createModel(before, languageOf(name));
    const modified = editor.createModel(after, languageOf(name));
    view.setModel({ original, modified });
    return () => {
      view.dispose();
      original.dispose();
      modified.dispose();
    };
  }, [name, before, after]);
  return <div ref={holder} className="diff" />;
}
