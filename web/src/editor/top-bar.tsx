import { Link } from 'react-router';
import type { App } from '../api/types';
import { OpenApp } from '../apps/open-app';
import { Status } from '../apps/status';

interface Props {
  app: App | null;
  name: string;
  nameError: string | null;
  /** Null once the app exists: then its name changes in the settings. */
  onName: ((name: string) => void) | null;
  reason: string;
  onReason: (reason: string) => void;
  state: string;
  isSending: boolean;
  onDeploy: () => void;
}

export function TopBar(props: Props) {
  const { app, name, nameError, onName, reason, onReason, state, isSending, onDeploy } = props;
  return (
    <div className="studio-bar">
      <nav className="crumbs" aria-label="Where you are">
        <Link to="/">Apps</Link>
        <span aria-hidden="true">/</span>
        {onName === null ? (
          <h1>{app?.name || app?.app_id || name}</h1>
        ) : (
          <input
            className="name-input"
            aria-label="App name"
            aria-invalid={nameError !== null}
            title={nameError ?? undefined}
            placeholder="Give the app a name"
            value={name}
            maxLength={200}
            onChange={(event) => onName(event.target.value)}
          />
        )}
        {nameError !== null && (
          <span className="hint bad" role="alert">
            {nameError}
          </span>
        )}
      </nav>
      {app !== null && <Status status={app.status} />}
      {app !== null && <OpenApp app={app} />}
      <span className="spacer" />
      <span className="hint state">{state}</span>
      <form
        className="deploy-form"
        onSubmit={(event) => {
          event.preventDefault();
          onDeploy();
        }}
      >
        <input
          aria-label="Reason for this deploy (optional)"
          placeholder="Why this change? (optional)"
          value={reason}
          maxLength={500}
          onChange={(event) => onReason(event.target.value)}
        />
        <button type="submit" className="primary" aria-disabled={isSending} title="Ctrl/⌘ + Enter">
          {isSending ? 'Deploying…' : 'Deploy'}
        </button>
      </form>
    </div>
  );
}
