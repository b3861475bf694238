import { duration } from '../ui/time';
import { type Progress, type Step, stepsOf, total } from './progress';

const SIGNS = { done: '✓', current: '', failed: '✕', todo: '' };

export function ProgressView({ progress }: { progress: Progress }) {
  return (
    <div className="progress">
      <ol className="steps" aria-label={`Stages of version ${progress.version}`}>
        {stepsOf(progress).map((step) => (
          <StepView
            key={step.name}
            step={step}
            label={progress.action === 'stop' && step.name === 'live' ? 'stopped' : step.name}
          />
        ))}
      </ol>
      <p className={`verdict ${progress.outcome}`} aria-live="polite">
        {verdict(progress)}
      </p>
    </div>
  );
}

function StepView({ step, label }: { step: Step; label: string }) {
  return (
    <li
      className={`step ${step.state}`}
      aria-current={step.state === 'current' ? 'step' : undefined}
    >
      <span className="step-sign" aria-hidden="true">
        {SIGNS[step.state]}
      </span>
      <span className="step-name">{label}</span>
      <span className="step-time">
        {step.state === 'current' && 'now'}
        {step.state === 'failed' && 'failed'}
        {step.state === 'done' && step.took !== null && `+${duration(step.took)}`}
      </span>
    </li>
  );
}

/** One sentence that says where the deploy stands; screen readers hear each change of it. */
export function verdict(progress: Progress): string {
  const { version, action, outcome, supersededBy, failure } = progress;
  const took = total(progress);
  switch (outcome) {
    case 'live': {
      const state = action === 'stop' ? 'The app is stopped' : `Version ${version} is live`;
      return took === null ? `${state}.` : `${state}, ${duration(took)} after its commit.`;
    }
    case 'failed':
      return `Version ${version} failed${failure === null ? '' : ` while ${doing(failure.stage)}`}.`;
    case 'superseded':
      return supersededBy === null
        ? `Version ${version} was replaced by a newer deploy before it was live.`
        : `Version ${version} was replaced by version ${supersededBy} before it was live.`;
    case 'in_progress': {
      const last = progress.stages.at(-1);
      return last === undefined
        ? `Version ${version}: waiting for the platform.`
        : `Version ${version}: ${last.stage}.`;
    }
  }
}

function doing(stage: string): string {
  const words: Record<string, string> = {
    committed: 'it was being committed',
    fetched: 'its commit was being fetched',
    applied: 'it was being applied',
    starting: 'it was starting',
    live: 'it was being checked',
  };
  return words[stage] ?? `at “${stage}”`;
}
