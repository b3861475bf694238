import type { ReactNode } from 'react';

interface Props {
  kind: 'info' | 'bad';
  children: ReactNode;
}

export function Notice({ kind, children }: Props) {
  return (
    <div className={`notice ${kind}`} role={kind === 'bad' ? 'alert' : 'status'}>
      {children}
    </div>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <p className="loading" role="status">
      <span className="spinner" aria-hidden="true" /> Loading {what}…
    </p>
  );
}
