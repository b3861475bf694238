import { createContext, useContext } from 'react';
import { ApiError, readError, UnreachableError } from './errors';
import type {
  Accepted,
  App,
  AppChange,
  AppDetail,
  Deploy,
  DeployPage,
  Logs,
  NewApp,
  Source,
  Template,
  User,
} from './types';

interface Access {
  token(): string | null;
  /** Called when the platform no longer takes the token. */
  refused(): void;
}

interface Call {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/**
 * The platform's HTTP interface. Calls that deploy take a `press`: one ULID for one press of a
 * button, so that a retry never deploys twice.
 */
export class Api {
  private readonly access: Access;

  constructor(access: Access) {
    this.access = access;
  }

  signUp(username: string, email: string, password: string): Promise<User> {
    return this.json('/api/auth/signup', { body: { username, email, password } });
  }

  async logIn(username: string, password: string): Promise<string> {
    const answer = await this.json<{ access_token: string }>('/api/auth/login', {
      body: { username, password },
    });
    return answer.access_token;
  }

  me(): Promise<User> {
    return this.json('/api/auth/me');
  }

  apps(signal?: AbortSignal): Promise<App[]> {
    return this.json('/api/apps', { signal });
  }

  app(appId: string, signal?: AbortSignal): Promise<AppDetail> {
    return this.json(`/api/apps/${appId}`, { signal });
  }

  create(app: NewApp, press: string): Promise<Accepted> {
    return this.change('/api/apps', 'POST', app, press);
  }

  /** Refused with 412 when the app has a newer commit than `seen`. */
  update(
    appId: string,
    change: AppChange,
    press: string,
    seen: string | null = null,
  ): Promise<Accepted> {
    return this.change(`/api/apps/${appId}`, 'PUT', change, press, seen);
  }

  async remove(appId: string): Promise<void> {
    await this.call(`/api/apps/${appId}`, { method: 'DELETE' });
  }

  /** Tells the platform that a person uses the app now. */
  async activity(appId: string): Promise<void> {
    await this.call(`/api/apps/${appId}/activity`, { method: 'POST' });
  }

  logs(appId: string, tailLines: number, signal?: AbortSignal): Promise<Logs> {
    return this.json(`/api/apps/${appId}/logs?tail_lines=${tailLines}`, { signal });
  }

  templates(signal?: AbortSignal): Promise<Template[]> {
    return this.json('/api/templates', { signal });
  }

  deploys(appId: string, before: string | null, signal?: AbortSignal): Promise<DeployPage> {
    const from = before === null ? '' : `&before=${before}`;
    return this.json(`/api/v1/apps/${appId}/deploys?limit=50${from}`, { signal });
  }

  source(appId: string, version: number, signal?: AbortSignal): Promise<Source> {
    return this.json(`/api/v1/apps/${appId}/deploys/${version}/source`, { signal });
  }

  rollBack(appId: string, version: number, reason: string, press: string): Promise<Deploy> {
    return this.json(`/api/v1/apps/${appId}/rollback`, {
      body: { version, ...(reason && { reason }) },
      headers: { 'Idempotency-Key': press },
    });
  }

  /** What is so already is answered with the newest version. */
  lifecycle(
    appId: string,
    action: 'stop' | 'start' | 'restart',
    reason: string,
    press: string,
  ): Promise<Deploy> {
    return this.json(`/api/v1/apps/${appId}/${action}`, {
      body: { ...(reason && { reason }) },
      headers: { 'Idempotency-Key': press },
    });
  }

  deployEvents(
    appId: string,
    version: number,
    lastEventId: string | null,
    signal: AbortSignal,
  ): Promise<Response> {
    return this.stream(`/api/v1/apps/${appId}/deploys/${version}/events`, lastEventId, signal);
  }

  appEvents(lastEventId: string | null, signal: AbortSignal): Promise<Response> {
    return this.stream('/api/v1/events', lastEventId, signal);
  }

  private stream(path: string, lastEventId: string | null, signal: AbortSignal): Promise<Response> {
    const headers = {
      Accept: 'text/event-stream',
      ...(lastEventId !== null && { 'Last-Event-ID': lastEventId }),
    };
    return this.call(path, { headers, signal });
  }

  private async change(
    path: string,
    method: 'POST' | 'PUT',
    body: NewApp | AppChange,
    press: string,
    seen: string | null = null,
  ): Promise<Accepted> {
    const headers = {
      'Idempotency-Key': press,
      ...(seen !== null && { 'If-Match': `"${seen}"` }),
    };
    const response = await this.call(path, { method, body, headers });
    const version = Number(response.headers.get('Headrace-Version') ?? Number.NaN);
    return {
      app: (await response.json()) as App,
      version: Number.isInteger(version) ? version : null,
      commit: response.headers.get('ETag')?.replaceAll('"', '') ?? null,
    };
  }

  private async json<T>(path: string, call: Call = {}): Promise<T> {
    const response = await this.call(path, call);
    return (await response.json()) as T;
  }

  private async call(path: string, call: Call): Promise<Response> {
    const token = this.access.token();
    const hasBody = call.body !== undefined;
    const headers = {
      Accept: 'application/json',
      // Stands in the commit of a change.
      'Headrace-Via': 'web',
      ...(hasBody && { 'Content-Type': 'application/json' }),
      ...(token !== null && { Authorization: `Bearer ${token}` }),
      ...call.headers,
    };
    const response = await this.reach(path, {
      method: call.method ?? (hasBody ? 'POST' : 'GET'),
      headers,
      body: hasBody ? JSON.stringify(call.body) : null,
      signal: call.signal ?? null,
    });
    if (response.ok) {
      return response;
    }
    const error = readError(response.status, await response.text());
    if (response.status === 401 && token !== null) {
      this.access.refused();
    }
    throw error;
  }

  private async reach(path: string, request: RequestInit): Promise<Response> {
    try {
      return await fetch(path, request);
    } catch (thrown) {
      throw request.signal?.aborted ? thrown : new UnreachableError();
    }
  }
}

/** Whether asking again can help; the same request refused once is refused again. */
export function isWorthRetrying(thrown: unknown): boolean {
  return !(thrown instanceof ApiError) || thrown.status >= 500;
}

export const ApiContext = createContext<Api | null>(null);

export function useApi(): Api {
  const api = useContext(ApiContext);
  if (api === null) {
    throw new Error('useApi needs an ApiContext above it');
  }
  return api;
}
