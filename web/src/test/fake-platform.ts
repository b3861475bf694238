import type {
  Action,
  App,
  AppDetail,
  Deploy,
  Failure,
  Files,
  PlanName,
  Stage,
  StageName,
  Template,
} from '../api/types';

interface Request {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: Record<string, unknown>;
}

interface Refusal {
  message: string;
  file: string | null;
  line: number | null;
}

interface Stored {
  app: AppDetail;
  deploys: Deploy[];
  sources: Map<number, Files>;
}

const TOKEN = 'token-of-ada';
const NORMAL: StageName[] = ['fetched', 'applied', 'starting', 'live'];

export const templates: Template[] = [
  {
    id: 'a'.repeat(24),
    name: 'Hello World API',
    description: 'The smallest API that answers.',
    code: 'from fastapi import FastAPI\n\napp = FastAPI()\n',
    mode: 'single',
    entrypoint: null,
    files: null,
    complexity: 'simple',
    tags: ['api'],
  },
];

/**
 * A platform in memory behind `fetch`: it keeps accounts, apps and versions, answers in the shapes
 * of the real one, and moves a deploy on only when told to.
 */
export class FakePlatform {
  readonly requests: Request[] = [];
  readonly apps = new Map<string, Stored>();
  readonly passwords = new Map<string, string>();
  tokens = new Set<string>([TOKEN]);
  /** Refuses code before it is committed. */
  refuse: (files: Files) => Refusal | null = () => null;
  /** How many of the next requests never arrive. */
  unreachable = 0;
  logLines: string[] = [];
  /** How many versions one page of a history holds. */
  pageSize = 50;
  private readonly keys = new Map<string, Response>();
  private readonly streams = new Set<{
    path: string;
    send: (text: string) => void;
    close: () => void;
  }>();
  private stageId = 0;

  /** Logs this browser in as Ada. */
  logIn() {
    localStorage.setItem('token', TOKEN);
  }

  addApp(name: string, files: Files, entrypoint = 'main.py'): Stored {
    const appId = `app${String(this.apps.size + 1).padStart(5, '0')}`;
    const app: AppDetail = {
      id: '0'.repeat(24),
      app_id: appId,
      name,
      status: 'running',
      created_at: new Date().toISOString(),
      last_activity: null,
      deployment_url: `http://app-${appId}.localhost:8001`,
      error_message: null,
      deploy_stage: null,
      last_error: null,
      last_deploy_at: new Date().toISOString(),
      mode: 'multi',
      code: null,
      files,
      entrypoint,
      resources: 'small',
      framework: 'fastapi',
    };
    const stored = { app, deploys: [], sources: new Map() };
    this.apps.set(appId, stored);
    return stored;
  }

  /** Adds a version whose commit is written; `reach` and `fail` move it on. */
  addVersion(stored: Stored, files: Files, more: Partial<Deploy> = {}): Deploy {
    const version = Math.max(0, ...stored.deploys.map((deploy) => deploy.version ?? 0)) + 1;
    const deploy: Deploy = {
      app_id: stored.app.app_id,
      version,
      deploy_id: '0'.repeat(26),
      commit: version.toString(16).padStart(8, 'c').padEnd(40, '0'),
      action: 'deploy',
      actor: { id: '1'.repeat(24), username: 'ada' },
      via: 'web',
      reason: null,
      restores: null,
      committed_at: new Date().toISOString(),
      outcome: 'in_progress',
      stages: [],
      failure: null,
      superseded_by: null,
      serving: false,
      ...more,
    };
    stored.app.files = files;
    stored.app.status = 'deploying';
    stored.sources.set(version, files);
    stored.deploys.unshift(deploy);
    this.stage(deploy, 'committed');
    return deploy;
  }

  /** Moves a deploy through every stage up to this one. */
  reach(appId: string, version: number, stage: StageName) {
    const { app, deploy, deploys } = this.find(appId, version);
    for (const next of NORMAL.slice(0, NORMAL.indexOf(stage) + 1)) {
      const isSkipped = next === 'starting' && deploy.action === 'stop';
      if (!isSkipped && !deploy.stages.some((reached) => reached.stage === next)) {
        this.stage(deploy, next);
      }
    }
    if (stage === 'live') {
      for (const other of deploys) {
        other.serving = other === deploy;
      }
      deploy.serving = deploy.action !== 'stop';
      app.status = deploy.serving ? 'running' : 'stopped';
      this.end(deploy, 'live');
    }
  }

  fail(appId: string, version: number, failure: Failure) {
    const { app, deploy } = this.find(appId, version);
    deploy.failure = failure;
    app.status = 'error';
    app.last_error = failure.cause;
    this.stage(deploy, 'failed');
    this.end(deploy, 'failed');
  }

  /** Breaks every open stream, as a restart of the platform does. */
  cutStreams() {
    for (const stream of this.streams) {
      stream.close();
    }
    this.streams.clear();
  }

  tell(app: App) {
    this.emit('/api/v1/events', undefined, 'app', app);
  }

  /** Says that an app is gone, as its deletion elsewhere would. */
  tellGone(appId: string) {
    this.emit('/api/v1/events', undefined, 'gone', { app_id: appId });
  }

  sent(method: string, path: string): Request[] {
    return this.requests.filter((request) => request.method === method && request.path === path);
  }

  readonly fetch = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(String(input), 'http://platform');
    const request: Request = {
      method: init.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: new Headers(init.headers),
      body: init.body ? JSON.parse(String(init.body)) : {},
    };
    this.requests.push(request);
    if (this.unreachable > 0) {
      this.unreachable--;
      throw new TypeError('Failed to fetch');
    }
    const key = request.headers.get('Idempotency-Key');
    const known = key === null ? undefined : this.keys.get(key);
    if (known !== undefined) {
      return known.clone();
    }
    const response = this.answer(request, init.signal ?? null);
    if (key !== null && response.ok) {
      this.keys.set(key, response.clone());
    }
    return response;
  };

  private answer(request: Request, signal: AbortSignal | null): Response {
    const { method, path, body } = request;
    if (path === '/api/auth/signup') {
      return this.signUp(body);
    }
    if (path === '/api/auth/login') {
      const isRight = this.passwords.get(String(body.username)) === body.password;
      return isRight
        ? json({ access_token: TOKEN, token_type: 'bearer' })
        : json({ detail: 'Invalid username or password' }, 401);
    }
    if (!this.tokens.has(request.headers.get('Authorization')?.replace('Bearer ', '') ?? '')) {
      return json({ detail: 'Could not validate credentials' }, 401);
    }
    switch (`${method} ${path}`) {
      case 'GET /api/auth/me':
        return json({
          id: '1'.repeat(24),
          username: 'ada',
          email: 'ada@example.com',
          created_at: '2026-01-31T10:00:00.123456',
          is_admin: true,
        });
      case 'GET /api/templates':
        return json(templates);
      case 'GET /api/apps':
        return json([...this.apps.values()].map(({ app }) => app));
      case 'POST /api/apps':
        return this.create(body);
      case 'GET /api/v1/events':
        return this.stream(path, [], signal);
      default:
        return this.appAnswer(request, signal);
    }
  }

  private appAnswer(request: Request, signal: AbortSignal | null): Response {
    const { method, path, body } = request;
    const [, appId = '', rest = ''] = /^\/api\/(?:v1\/)?apps\/(\w+)(.*)$/.exec(path) ?? [];
    const stored = this.apps.get(appId);
    if (stored === undefined) {
      return json(
        { detail: { code: 'NOT_FOUND', message: `App not found: ${appId}`, details: null } },
        404,
      );
    }
    const [, version = '', part = ''] = /^\/deploys\/(\d+)\/(\w+)$/.exec(rest) ?? [];
    if (part === 'source') {
      const files = stored.sources.get(Number(version));
      return json({ mode: stored.app.mode, entrypoint: stored.app.entrypoint, files });
    }
    if (part === 'events') {
      const deploy = this.find(appId, Number(version)).deploy;
      const after = Number(request.headers.get('Last-Event-ID') ?? 0);
      const past = deploy.stages.filter(({ id }) => id > after).map(stageEvent);
      const isOver = deploy.outcome !== 'in_progress';
      return this.stream(path, isOver ? [...past, event('outcome', deploy)] : past, signal, isOver);
    }
    switch (`${method} ${rest}`) {
      case 'GET ':
        return json(stored.app);
      case 'PUT ':
        return this.update(stored, body, request.headers.get('If-Match'));
      case 'DELETE ':
        this.apps.delete(appId);
        return json({ success: true, message: 'App deleted' });
      case 'GET /deploys':
        return this.history(stored, request.query.get('before'));
      case 'POST /rollback':
        return this.rollBack(stored, body);
      case 'POST /stop':
      case 'POST /start':
      case 'POST /restart':
        return json(
          this.addVersion(stored, stored.app.files ?? {}, {
            action: rest.slice(1) as Action,
            reason: reasonOf(body),
          }),
        );
      case 'POST /activity':
        return json({ success: true });
      case 'GET /logs':
        return json({
          app_id: appId,
          pod_name: 'local',
          logs: this.logLines.map((message) => ({ timestamp: null, message })),
          truncated: false,
          error: null,
        });
      default:
        return json({ detail: 'Not Found' }, 404);
    }
  }

  private signUp(body: Record<string, unknown>): Response {
    const username = String(body.username);
    if (this.passwords.has(username)) {
      return json({ detail: 'Username or email already exists' }, 400);
    }
    this.passwords.set(username, String(body.password));
    return json({ id: '1'.repeat(24), username });
  }

  private create(body: Record<string, unknown>): Response {
    const files = body.files as Files;
    const refused = this.refused(files);
    if (refused !== null) {
      return refused;
    }
    const stored = this.addApp(String(body.name), files, String(body.entrypoint));
    return accepted(stored.app, this.addVersion(stored, files, { reason: reasonOf(body) }));
  }

  private update(stored: Stored, body: Record<string, unknown>, ifMatch: string | null): Response {
    if (ifMatch !== null && ifMatch !== `"${stored.deploys[0]?.commit}"`) {
      const message = 'Somebody changed this app since you read it.';
      return json({ detail: { code: 'PRECONDITION_FAILED', message, details: null } }, 412);
    }
    if (typeof body.name === 'string') {
      stored.app.name = body.name;
      return json(stored.app);
    }
    if (typeof body.resources === 'string') {
      stored.app.resources = body.resources as PlanName;
      return accepted(stored.app, this.addVersion(stored, stored.app.files ?? {}, {}));
    }
    const files =
      stored.app.mode === 'single' ? { 'main.py': String(body.code) } : (body.files as Files);
    return (
      this.refused(files) ??
      accepted(stored.app, this.addVersion(stored, files, { reason: reasonOf(body) }))
    );
  }

  private history(stored: Stored, before: string | null): Response {
    const seen = stored.deploys.findIndex(({ commit }) => commit === before);
    const older = stored.deploys.slice(seen + 1);
    const deploys = older.slice(0, this.pageSize);
    const next_before = older.length > deploys.length ? (deploys.at(-1)?.commit ?? null) : null;
    return json({ app_id: stored.app.app_id, deploys, next_before });
  }

  private rollBack(stored: Stored, body: Record<string, unknown>): Response {
    const version = Number(body.version);
    const { commit } = this.find(stored.app.app_id, version).deploy;
    const deploy = this.addVersion(stored, stored.sources.get(version) ?? {}, {
      action: 'rollback',
      restores: { commit, version },
      reason: reasonOf(body),
    });
    return json(deploy);
  }

  private refused(files: Files): Response | null {
    const refusal = this.refuse(files);
    if (refusal === null) {
      return null;
    }
    const { message, file, line } = refusal;
    const detail = {
      code: 'VALIDATION_FAILED',
      message: `Code validation failed: ${message}`,
      details: { line, file },
    };
    return json({ detail }, 400);
  }

  private find(appId: string, version: number) {
    const stored = this.apps.get(appId);
    const deploy = stored?.deploys.find((candidate) => candidate.version === version);
    if (stored === undefined || deploy === undefined) {
      throw new Error(`The fake platform has no version ${version} of ${appId}.`);
    }
    return { ...stored, deploy };
  }

  private stage(deploy: Deploy, stage: StageName) {
    const reached: Stage = { id: ++this.stageId, stage, at: new Date().toISOString() };
    deploy.stages.push(reached);
    this.emit(eventsOf(deploy), reached.id, 'stage', reached);
  }

  private end(deploy: Deploy, outcome: Deploy['outcome']) {
    deploy.outcome = outcome;
    this.emit(eventsOf(deploy), undefined, 'outcome', deploy);
  }

  private emit(path: string, id: number | undefined, name: string, data: unknown) {
    for (const stream of this.streams) {
      if (stream.path === path) {
        stream.send(event(name, data, id));
      }
    }
  }

  private stream(
    path: string,
    past: string[],
    signal: AbortSignal | null,
    isOver = false,
  ): Response {
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (const text of past) {
          controller.enqueue(encoder.encode(text));
        }
        if (isOver) {
          controller.close();
          return;
        }
        const stream = {
          path,
          send: (text: string) => controller.enqueue(encoder.encode(text)),
          close: () => controller.close(),
        };
        this.streams.add(stream);
        signal?.addEventListener('abort', () => {
          if (this.streams.delete(stream)) {
            controller.error(signal.reason);
          }
        });
      },
    });
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
  }
}

const eventsOf = (deploy: Deploy) =>
  `/api/v1/apps/${deploy.app_id}/deploys/${deploy.version}/events`;
const stageEvent = (stage: Stage) => event('stage', stage, stage.id);

function event(name: string, data: unknown, id?: number): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

function reasonOf(body: Record<string, unknown>): string | null {
  return typeof body.reason === 'string' ? body.reason : null;
}

function accepted(app: App, deploy: Deploy): Response {
  return json(app, 200, {
    ETag: `"${deploy.commit}"`,
    'Headrace-Version': String(deploy.version),
  });
}

function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
  });
}
