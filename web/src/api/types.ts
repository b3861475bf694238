export interface User {
  id: string;
  username: string;
  email: string;
  created_at: string;
  is_admin: boolean;
}

export interface App {
  id: string;
  app_id: string;
  name: string;
  status: string;
  created_at: string;
  last_activity: string | null;
  deployment_url: string;
  error_message: string | null;
  deploy_stage: string | null;
  last_error: string | null;
  last_deploy_at: string | null;
}

export type Files = Record<string, string>;

export interface AppDetail extends App {
  mode: 'single' | 'multi';
  code: string | null;
  files: Files | null;
  entrypoint: string | null;
  framework: string | null;
  resources: PlanName;
}

export type PlanName = 'micro' | 'small' | 'medium' | 'large';

export interface Template {
  id: string;
  name: string;
  description: string;
  code: string | null;
  mode: 'single' | 'multi';
  entrypoint: string | null;
  files: Files | null;
  complexity: string;
  tags: string[];
}

export type StageName =
  | 'committed'
  | 'fetched'
  | 'applied'
  | 'starting'
  | 'live'
  | 'failed'
  | 'superseded';

export interface Stage {
  id: number;
  stage: StageName;
  at: string;
}

export interface Failure {
  stage: string;
  cause: string;
  evidence: string | null;
  next_step: string;
  file: string | null;
  line: number | null;
}

export type Outcome = 'in_progress' | 'live' | 'failed' | 'superseded';

export type Action =
  | 'deploy'
  | 'rollback'
  | 'delete'
  | 'restart'
  | 'stop'
  | 'start'
  | 'upgrade'
  | 'rename';

export interface Deploy {
  app_id: string;
  /** Null for changes that carry no version: rename and delete. */
  version: number | null;
  deploy_id: string;
  commit: string;
  action: Action;
  actor: { id: string; username: string };
  via: string;
  reason: string | null;
  restores: { commit: string; version: number } | null;
  committed_at: string;
  outcome: Outcome;
  stages: Stage[];
  failure: Failure | null;
  superseded_by: number | null;
  serving: boolean;
}

export interface DeployPage {
  app_id: string;
  deploys: Deploy[];
  next_before: string | null;
}

export interface Source {
  mode: 'single' | 'multi';
  entrypoint: string | null;
  files: Files;
}

export interface Logs {
  app_id: string;
  pod_name: string | null;
  logs: { timestamp: string | null; message: string }[];
  truncated: boolean;
  error: string | null;
}

export interface NewApp {
  name: string;
  mode: 'multi';
  files: Files;
  entrypoint: string;
  reason?: string;
}

export interface AppChange {
  name?: string;
  code?: string;
  files?: Files;
  resources?: PlanName;
  reason?: string;
}

/** What a change request was answered with: the app, and the version that its commit carries. */
export interface Accepted {
  app: App;
  version: number | null;
  commit: string | null;
}
