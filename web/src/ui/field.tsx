import { type InputHTMLAttributes, useId } from 'react';

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  error?: string | null;
  hint?: string | null;
}

/** A labelled input that says next to itself what is wrong with its value. */
export function Field({ label, error = null, hint = null, ...input }: Props) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        aria-invalid={error !== null}
        aria-describedby={note === null ? undefined : `${id}-note`}
        {...input}
      />
      {note !== null && (
        <p id={`${id}-note`} className={error === null ? 'hint' : 'hint bad'}>
          {note}
        </p>
      )}
    </div>
  );
}
