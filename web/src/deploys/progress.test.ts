import { describe, expect, test } from 'vitest';
import type { Failure, Stage, StageName } from '../api/types';
import { begun, type Progress, stepsOf, total, withStage } from './progress';
import { verdict } from './progress-view';

const at = (ms: number) => new Date(Date.UTC(2026, 0, 31) + ms).toISOString();

function reached(...stages: [StageName, number][]): Progress {
  return stages.reduce(
    (progress, [stage, ms], i) => withStage(progress, { id: i + 1, stage, at: at(ms) }),
    begun(7),
  );
}

const states = (progress: Progress) => stepsOf(progress).map(({ state }) => state);

const failure = (stage: string): Failure => ({
  stage,
  cause: 'It stopped.',
  evidence: null,
  next_step: 'Mend it.',
  file: null,
  line: null,
});

describe('the steps of a deploy', () => {
  test('wait at the first stage that was not reached', () => {
    expect(states(begun(7))).toEqual(['current', 'todo', 'todo', 'todo', 'todo']);
    expect(states(reached(['committed', 0], ['fetched', 5]))).toEqual([
      'done',
      'done',
      'current',
      'todo',
      'todo',
    ]);
  });

  test('wait at the start while the app starts', () => {
    const starting = reached(['committed', 0], ['fetched', 1], ['applied', 2], ['starting', 3]);
    expect(states(starting)).toEqual(['done', 'done', 'done', 'current', 'todo']);
  });

  test('tell the time since the stage before, and the whole', () => {
    const live = {
      ...reached(
        ['committed', 0],
        ['fetched', 5],
        ['applied', 25],
        ['starting', 40],
        ['live', 140],
      ),
      outcome: 'live' as const,
    };
    expect(stepsOf(live).map(({ took }) => took)).toEqual([null, 5, 20, 15, 100]);
    expect(total(live)).toBe(140);
    expect(verdict(live)).toBe('Version 7 is live, 140 ms after its commit.');
  });

  test('stop where the deploy failed', () => {
    const failed: Progress = {
      ...reached(
        ['committed', 0],
        ['fetched', 5],
        ['applied', 9],
        ['starting', 10],
        ['failed', 60],
      ),
      outcome: 'failed',
      failure: failure('starting'),
    };
    expect(states(failed)).toEqual(['done', 'done', 'done', 'failed', 'todo']);
    expect(verdict(failed)).toBe('Version 7 failed while it was starting.');
  });

  test('stop at the first missing stage when the failure names none of them', () => {
    const failed: Progress = {
      ...reached(['committed', 0], ['failed', 60]),
      outcome: 'failed',
      failure: failure('rollout'),
    };
    expect(states(failed)).toEqual(['done', 'failed', 'todo', 'todo', 'todo']);
  });

  test('count a stage that is told twice once', () => {
    const stage: Stage = { id: 1, stage: 'committed', at: at(0) };
    expect(withStage(withStage(begun(7), stage), stage).stages).toHaveLength(1);
  });
});

test('a superseded deploy names the newer one', () => {
  expect(verdict({ ...begun(7), outcome: 'superseded', supersededBy: 8 })).toBe(
    'Version 7 was replaced by version 8 before it was live.',
  );
});
