import type { Action, Deploy, Failure, Outcome, Stage, StageName } from '../api/types';
import { instant } from '../ui/time';

/** How far one version has come, as far as it is known here. */
export interface Progress {
  version: number;
  /** Null until the platform has said it. */
  action: Action | null;
  stages: Stage[];
  outcome: Outcome;
  failure: Failure | null;
  supersededBy: number | null;
  serving: boolean;
}

export type StepState = 'done' | 'current' | 'failed' | 'todo';

export interface Step {
  name: StageName;
  state: StepState;
  /** Milliseconds since the stage before; null where nothing is known. */
  took: number | null;
}

const STEPS: StageName[] = ['committed', 'fetched', 'applied', 'starting', 'live'];

export function begun(version: number): Progress {
  return {
    version,
    action: null,
    stages: [],
    outcome: 'in_progress',
    failure: null,
    supersededBy: null,
    serving: false,
  };
}

export function progressOf(deploy: Deploy, version: number): Progress {
  return {
    version,
    action: deploy.action,
    stages: deploy.stages,
    outcome: deploy.outcome,
    failure: deploy.failure,
    supersededBy: deploy.superseded_by,
    serving: deploy.serving,
  };
}

/** A stage that is told twice, as after a reconnect, counts once. */
export function withStage(progress: Progress, stage: Stage): Progress {
  const others = progress.stages.filter(({ stage: name }) => name !== stage.stage);
  return { ...progress, stages: [...others, stage].sort((a, b) => a.id - b.id) };
}

export function stepsOf({ stages, outcome, failure }: Progress): Step[] {
  const reached = new Map(stages.map((stage) => [stage.stage, instant(stage.at).getTime()]));
  const stop = outcome === 'failed' ? failingStep(reached, failure) : -1;
  let before: number | null = null;
  let waitsHere = outcome === 'in_progress';
  // What is live without a start had none: the app was stopped, or ran with the same content.
  const isStartless = reached.has('live') && !reached.has('starting');
  const steps = isStartless ? STEPS.filter((name) => name !== 'starting') : STEPS;
  return steps.map((name, at) => {
    const time = reached.get(name);
    if (at === stop) {
      const failed = reached.get('failed');
      return { name, state: 'failed', took: failed && before ? failed - before : null };
    }
    if (time !== undefined && (stop === -1 || at < stop)) {
      const took = before === null ? null : time - before;
      before = time;
      // "starting" is the one stage that is told when it begins.
      const lasts = waitsHere && name === 'starting' && !reached.has('live');
      waitsHere = waitsHere && !lasts;
      return { name, state: lasts ? 'current' : 'done', took };
    }
    const state = waitsHere ? 'current' : 'todo';
    waitsHere = false;
    return { name, state, took: null };
  });
}

/** Milliseconds from the commit to the end, or null while there is no end. */
export function total({ stages }: Progress): number | null {
  const at = (name: StageName) => stages.find(({ stage }) => stage === name)?.at;
  const start = at('committed');
  const end = at('live') ?? at('failed');
  return start && end ? instant(end).getTime() - instant(start).getTime() : null;
}

function failingStep(reached: Map<StageName, number>, failure: Failure | null): number {
  const named = failure === null ? -1 : STEPS.map(String).indexOf(failure.stage);
  if (named !== -1) {
    return named;
  }
  const missing = STEPS.findIndex((name) => !reached.has(name));
  return missing === -1 ? STEPS.length - 1 : missing;
}
