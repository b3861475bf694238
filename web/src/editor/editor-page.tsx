import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import { useApi } from '../api/api';
import { ApiError, errorText } from '../api/errors';
import { latestVersion, useDeploys } from '../deploys/follow-deploy';
import { Loading, Notice } from '../ui/notice';
import { usePageTitle } from '../ui/page-title';
import { Studio } from './studio';
import type { Start } from './use-source';
import { blank, fromApp, fromTemplate } from './workspace';

/**
 * The page of one app, also of one that does not exist yet. When a first deploy gives it an id, the
 * address changes and the studio stays as it is, so that the next deploy updates the same app.
 */
export function EditorPage() {
  const { appId = 'new' } = useParams();
  const [query] = useSearchParams();
  const template = query.get('template');
  const [created, setCreated] = useState<{ appId: string; from: string } | null>(null);
  const start = `new:${template ?? 'blank'}`;
  if (appId === 'new') {
    return <FromTemplate key={start} template={template} draftKey={start} onCreated={setCreated} />;
  }
  return created?.appId === appId ? (
    <FromTemplate
      key={created.from}
      template={null}
      draftKey={created.from}
      createdId={appId}
      onCreated={setCreated}
    />
  ) : (
    <FromPlatform key={appId} appId={appId} />
  );
}

interface FromTemplateProps {
  template: string | null;
  draftKey: string;
  createdId?: string;
  onCreated: (created: { appId: string; from: string }) => void;
}

function FromTemplate({ template, draftKey, createdId, onCreated }: FromTemplateProps) {
  usePageTitle(createdId === undefined ? 'New app' : 'Editor');
  const api = useApi();
  const [wanted] = useState(template);
  const templates = useQuery({
    queryKey: ['templates'],
    queryFn: ({ signal }) => api.templates(signal),
    enabled: wanted !== null,
  });
  const chosen = templates.data?.find(({ id }) => id === wanted);
  if (wanted !== null && chosen === undefined) {
    return (
      <main className="page">
        {templates.isPending && <Loading what="the template" />}
        {templates.isError && <Notice kind="bad">{errorText(templates.error)}</Notice>}
        {templates.isSuccess && (
          <Notice kind="bad">
            There is no such template any more. <Link to="/new">Choose another one</Link>.
          </Notice>
        )}
      </main>
    );
  }
  const start: Start = {
    workspace: chosen === undefined ? blank() : fromTemplate(chosen),
    name: chosen?.name ?? 'My app',
    version: null,
    draftKey,
  };
  return (
    <Studio
      start={start}
      appId={createdId ?? null}
      onCreated={(appId) => onCreated({ appId, from: draftKey })}
    />
  );
}

function FromPlatform({ appId }: { appId: string }) {
  const api = useApi();
  const app = useQuery({
    queryKey: ['app', appId],
    queryFn: ({ signal }) => api.app(appId, signal),
  });
  const deploys = useDeploys(appId);
  usePageTitle(app.data?.name || 'Editor');
  if (app.error !== null && app.data === undefined) {
    const isGone = app.error instanceof ApiError && app.error.status === 404;
    return (
      <main className="page">
        <Notice kind="bad">
          {isGone ? 'There is no such app, or it is not yours.' : errorText(app.error)}{' '}
          <Link to="/">Back to your apps</Link>
        </Notice>
      </main>
    );
  }
  if (app.data === undefined || deploys.isPending) {
    return (
      <main className="page">
        <Loading what="the app" />
      </main>
    );
  }
  const start: Start = {
    workspace: fromApp(app.data),
    name: app.data.name,
    version: latestVersion(deploys.data)?.version ?? null,
    draftKey: appId,
  };
  return <Studio start={start} appId={appId} />;
}
