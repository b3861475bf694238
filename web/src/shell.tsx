import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link, NavLink, Outlet } from 'react-router';
import { useLiveApps } from './apps/live-apps';
import { useUser } from './session/session';
import { tokens } from './session/tokens';
import { Logo } from './ui/logo';
import { Shortcuts } from './ui/shortcuts';

/** What every page of a logged-in person has: the top bar, live apps, and help on "?". */
export function Shell() {
  const user = useUser();
  const queries = useQueryClient();
  const connection = useLiveApps();
  const [help, setHelp] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === '?' && !event.ctrlKey && !event.metaKey && !isTyping(event.target)) {
        event.preventDefault();
        setHelp(true);
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <div className="shell">
      <header className="top">
        <Link className="brand" to="/">
          <Logo /> Headrace
        </Link>
        <nav aria-label="Main">
          <NavLink to="/" end>
            Apps
          </NavLink>
        </nav>
        <span className="spacer" />
        {connection === 'lost' && (
          <span className="offline" role="status">
            Connection lost, trying again…
          </span>
        )}
        <span className="who">
          {user.username}
          {user.is_admin && <span className="badge">admin</span>}
        </span>
        <button
          type="button"
          className="quiet"
          onClick={() => setHelp(true)}
          aria-label="Keyboard help"
        >
          ?
        </button>
        <button
          type="button"
          className="quiet"
          onClick={() => {
            tokens.clear('left');
            queries.clear();
          }}
        >
          Log out
        </button>
      </header>
      <Outlet />
      {help && <Shortcuts onClose={() => setHelp(false)} />}
    </div>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.closest('input, textarea, select, .monaco-editor') !== null)
  );
}
