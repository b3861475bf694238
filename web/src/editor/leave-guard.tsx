import { type RefObject, useEffect } from 'react';
import { useBlocker } from 'react-router';
import { Dialog } from '../ui/dialog';

interface Props {
  isDirty: boolean;
  /** Whether the browser keeps the draft; without it a reload would lose the work. */
  isKept: boolean;
  /** Set while the page itself moves on, for example after a first deploy. */
  mayLeave: RefObject<boolean>;
  onDiscard: () => void;
}

/** Asks before undeployed work is left behind. */
export function LeaveGuard({ isDirty, isKept, mayLeave, onDiscard }: Props) {
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      isDirty &&
      !mayLeave.current &&
      nextLocation.pathname !== currentLocation.pathname &&
      nextLocation.pathname !== '/login',
  );
  useEffect(() => {
    if (!isDirty || isKept) {
      return;
    }
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isDirty, isKept]);

  if (blocker.state !== 'blocked') {
    return null;
  }
  return (
    <Dialog title="Leave without deploying?" onClose={() => blocker.reset()}>
      <p>
        {isKept
          ? 'Your changes stay in this browser as a draft and are here when you come back.'
          : 'This browser does not keep drafts: leaving loses your changes.'}
      </p>
      <div className="dialog-foot">
        <button
          type="button"
          className="danger"
          onClick={() => {
            onDiscard();
            blocker.proceed();
          }}
        >
          Throw changes away
        </button>
        <button type="button" onClick={() => blocker.proceed()}>
          Leave
        </button>
        <button type="button" className="primary" onClick={() => blocker.reset()}>
          Stay
        </button>
      </div>
    </Dialog>
  );
}
