const WORDS: Record<string, string> = {
  running: 'Live',
  deploying: 'Deploying',
  stopped: 'Stopped',
  error: 'Failed',
};

/** An app's status as a dot and a word, so that colour is never the only sign. */
export function Status({ status }: { status: string }) {
  return (
    <span className={`status ${status}`}>
      <span className="dot" aria-hidden="true" />
      {WORDS[status] ?? status}
    </span>
  );
}
