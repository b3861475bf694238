import { useApi } from '../api/api';
import type { App } from '../api/types';

/** The way to the running app. A failed first deploy has nothing to open yet. */
export function OpenApp({ app }: { app: Pick<App, 'app_id' | 'name' | 'deployment_url'> }) {
  const api = useApi();
  return (
    <a
      className="button"
      href={app.deployment_url}
      target="_blank"
      rel="noreferrer"
      aria-label={`Open ${app.name || app.app_id} in a new tab`}
      onClick={() => {
        // Only keeps the app's "last used" fresh: whether it arrives does not matter to the person.
        api.activity(app.app_id).catch(() => {});
      }}
    >
      Open ↗
    </a>
  );
}
