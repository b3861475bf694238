import { type KeyboardEvent, type PointerEvent, type ReactNode, useId, useState } from 'react';

export interface Tab {
  id: string;
  label: string;
  content: () => ReactNode;
}

interface Props {
  tabs: Tab[];
  active: string;
  onSelect: (id: string) => void;
}

const HEIGHT_KEY = 'headrace.panel.height';
const SMALLEST = 120;
const STEP = 40;

/** The lower part of the editor page: tabs, and a bar that changes its height. */
export function Panel({ tabs, active, onSelect }: Props) {
  const id = useId();
  const [height, setHeight] = useState(() => Number(localStorage.getItem(HEIGHT_KEY)) || 300);
  const shown = tabs.find((tab) => tab.id === active) ?? tabs[0];

  const resize = (wanted: number) => {
    const fitting = Math.round(Math.max(SMALLEST, Math.min(wanted, window.innerHeight - 260)));
    setHeight(fitting);
    localStorage.setItem(HEIGHT_KEY, String(fitting));
  };
  const onTabKey = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = tabs.findIndex((tab) => tab.id === shown?.id);
    const next = step && tabs[(at + step + tabs.length) % tabs.length];
    if (next) {
      event.preventDefault();
      onSelect(next.id);
      document.getElementById(`${id}-${next.id}`)?.focus();
    }
  };
  return (
    <section className="panel" style={{ height }} aria-label="About this app">
      <Grip height={height} onResize={resize} />
      <div className="tabs" role="tablist" onKeyDown={onTabKey}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${id}-${tab.id}`}
            aria-selected={tab.id === shown?.id}
            aria-controls={`${id}-content`}
            tabIndex={tab.id === shown?.id ? 0 : -1}
            onClick={() => onSelect(tab.id)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div
        className="tab-content"
        role="tabpanel"
        id={`${id}-content`}
        aria-labelledby={`${id}-${shown?.id}`}
      >
        {shown?.content()}
      </div>
    </section>
  );
}

function Grip({ height, onResize }: { height: number; onResize: (height: number) => void }) {
  const [drag, setDrag] = useState<{ from: number; height: number } | null>(null);
  const onKey = (event: KeyboardEvent) => {
    const change = { ArrowUp: STEP, ArrowDown: -STEP }[event.key];
    if (change !== undefined) {
      event.preventDefault();
      onResize(height + change);
    }
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved; a focusable separator is the pattern for splitters
    <div
      className="grip"
      role="separator"
      tabIndex={0}
      aria-label="Height of the panel"
      aria-orientation="horizontal"
      aria-valuenow={height}
      aria-valuemin={SMALLEST}
      onKeyDown={onKey}
      onPointerDown={(event: PointerEvent) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ from: event.clientY, height });
      }}
      onPointerMove={(event) => drag && onResize(drag.height + drag.from - event.clientY)}
      onPointerUp={() => setDrag(null)}
    />
  );
}
