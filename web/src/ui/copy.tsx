import { useState } from 'react';

interface Props {
  text: string;
  shown: string;
  what: string;
}

/** Shows a short form of a text; a press copies the whole of it. */
export function Copy({ text, shown, what }: Props) {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle');
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setState('copied'),
      () => setState('refused'),
    );
  return (
    <button
      type="button"
      className="copy"
      title={`Copy ${what}: ${text}`}
      aria-label={`Copy ${what} ${shown}`}
      onClick={copy}
      onBlur={() => setState('idle')}
    >
      <code>{shown}</code>
      <span aria-live="polite" className="copied">
        {state === 'copied' && ' copied'}
        {state === 'refused' && ' select and copy by hand'}
      </span>
    </button>
  );
}
