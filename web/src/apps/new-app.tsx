import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { useApi } from '../api/api';
import { errorText } from '../api/errors';
import { Loading, Notice } from '../ui/notice';
import { usePageTitle } from '../ui/page-title';

export function NewApp() {
  usePageTitle('New app');
  const api = useApi();
  const templates = useQuery({
    queryKey: ['templates'],
    queryFn: ({ signal }) => api.templates(signal),
  });
  return (
    <main className="page">
      <h1>New app</h1>
      <p className="hint">
        Start from an empty file or from a template. Nothing runs until you deploy.
      </p>
      <ul className="starts">
        <li>
          <Link className="start" to="/apps/new">
            <strong>Blank app</strong>
            <span>One file with a FastAPI app that answers “Hello”.</span>
          </Link>
        </li>
        {templates.data?.map((template) => (
          <li key={template.id}>
            <Link className="start" to={`/apps/new?template=${template.id}`}>
              <strong>{template.name}</strong>
              <span>{template.description}</span>
              <small>
                {[template.complexity, ...template.tags]
                  .filter((word, at, all) => word && all.indexOf(word) === at)
                  .join(' · ')}
              </small>
            </Link>
          </li>
        ))}
      </ul>
      {templates.isPending && <Loading what="templates" />}
      {templates.isError && (
        <Notice kind="bad">
          {errorText(templates.error)}{' '}
          <button type="button" onClick={() => templates.refetch()}>
            Try again
          </button>
        </Notice>
      )}
    </main>
  );
}
