import { errorText, placeOfError } from '../api/errors';
import type { Problem } from '../deploys/problem-view';
import type { Progress } from '../deploys/progress';
import type { Mark } from './surfaces';

/** What stands between the code and a live app: a refused request, or else a failed deploy. */
export function problemOf(
  refused: unknown,
  progress: Progress | null,
  entrypoint: string,
): Problem | null {
  if (refused !== null && refused !== undefined) {
    const place = placeOfError(refused);
    return {
      title: 'Not deployed',
      cause: errorText(refused),
      evidence: null,
      nextStep: null,
      place: place === null ? null : { file: place.file ?? entrypoint, line: place.line },
    };
  }
  if (progress === null || progress.failure === null) {
    return null;
  }
  const { cause, evidence, next_step, file, line } = progress.failure;
  const isPlaced = file !== null || line !== null;
  return {
    title: cause,
    cause: null,
    evidence,
    nextStep: next_step,
    place: isPlaced ? { file: file ?? entrypoint, line } : null,
  };
}

export function markOf(problem: Problem | null): Mark | null {
  const line = problem?.place?.line ?? null;
  return problem === null || problem.place === null || line === null
    ? null
    : { file: problem.place.file, line, message: problem.cause ?? problem.title };
}
