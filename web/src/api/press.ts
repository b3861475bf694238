import { useRef } from 'react';
import { UnreachableError } from './errors';
import { ulid } from './ulid';

/**
 * The id of one press of a button. While nothing is known about what became of a request, the same
 * request keeps its id, so that the platform takes it once.
 */
export function usePress() {
  const unanswered = useRef<{ id: string; request: string } | null>(null);
  return {
    idFor(request: string): string {
      if (unanswered.current?.request !== request) {
        unanswered.current = { id: ulid(), request };
      }
      return unanswered.current.id;
    },
    answered() {
      unanswered.current = null;
    },
    refused(thrown: unknown) {
      if (!(thrown instanceof UnreachableError)) {
        unanswered.current = null;
      }
    },
    /** A request that never arrived may arrive the next time. */
    retry: (count: number, thrown: unknown) => thrown instanceof UnreachableError && count < 3,
  };
}
