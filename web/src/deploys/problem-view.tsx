/** What went wrong, why, and what to do about it. */
export interface Problem {
  title: string;
  /** More than the title says, if there is more. */
  cause: string | null;
  evidence: string | null;
  nextStep: string | null;
  place: { file: string; line: number | null } | null;
}

interface Props {
  problem: Problem;
  onShow?: (file: string) => void;
}

export function ProblemView({ problem, onShow }: Props) {
  const { title, cause, evidence, nextStep, place } = problem;
  return (
    <section className="problem" role="alert">
      <h3>{title}</h3>
      {cause !== null && <p className="cause">{cause}</p>}
      {place !== null && (
        <p>
          <button type="button" className="link" onClick={() => onShow?.(place.file)}>
            {place.file}
            {place.line !== null && `, line ${place.line}`}
          </button>
        </p>
      )}
      {evidence !== null && <Evidence text={evidence} />}
      {nextStep !== null && (
        <p className="next-step">
          <strong>What to do:</strong> {nextStep}
        </p>
      )}
    </section>
  );
}

export function Evidence({ text }: { text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <pre className="evidence" tabIndex={0}>
      {text}
    </pre>
  );
}
