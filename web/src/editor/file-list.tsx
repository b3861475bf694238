import { type FormEvent, useState } from 'react';
import { type Edit, fileOrder, MAX_FILES, nameProblem, type Workspace } from './workspace';

interface Props {
  workspace: Workspace;
  /** The file that holds the painted error. */
  marked: string | null;
  /** Null when files may be added; otherwise why not. */
  fixed: string | null;
  /** Whether the entrypoint may get another name: only until the app exists. */
  entrypointFixed: boolean;
  onEdit: (edit: Edit) => void;
}

type Naming = { kind: 'add' } | { kind: 'rename'; from: string };

export function FileList({ workspace, marked, fixed, entrypointFixed, onEdit }: Props) {
  const [naming, setNaming] = useState<Naming | null>(null);
  const [doomed, setDoomed] = useState<string | null>(null);
  const { files, active, entrypoint } = workspace;
  const isFull = Object.keys(files).length >= MAX_FILES;
  const done = () => setNaming(null);
  return (
    <nav className="files" aria-label="Files">
      <div className="files-head">
        <h2>Files</h2>
        <button
          type="button"
          className="icon"
          aria-label="Add a file"
          title={fixed ?? (isFull ? `An app has at most ${MAX_FILES} files.` : 'Add a file')}
          disabled={fixed !== null || isFull}
          onClick={() => setNaming({ kind: 'add' })}
        >
          +
        </button>
      </div>
      {naming?.kind === 'add' && (
        <NameForm
          label="Name of the new file"
          initial=""
          taken={files}
          onDone={done}
          onName={(name) => onEdit({ type: 'add', name })}
        />
      )}
      <ul>
        {fileOrder(workspace).map((name) =>
          naming?.kind === 'rename' && naming.from === name ? (
            <li key={name}>
              <NameForm
                label={`New name of ${name}`}
                initial={name}
                taken={files}
                onDone={done}
                onName={(to) => onEdit({ type: 'rename', from: name, to })}
              />
            </li>
          ) : (
            <li key={name} className={name === active ? 'file active' : 'file'}>
              <button
                type="button"
                className="file-name"
                aria-current={name === active}
                title={name}
                onClick={() => onEdit({ type: 'open', name })}
              >
                <span className="path">{name}</span>
                {name === entrypoint && (
                  <span className="badge" title="The platform starts the app from this file">
                    app
                  </span>
                )}
                {name === marked && (
                  <span className="file-error" role="img" aria-label="has an error">
                    !
                  </span>
                )}
              </button>
              {fixed === null && !(name === entrypoint && entrypointFixed) && (
                <button
                  type="button"
                  className="icon small"
                  aria-label={`Rename ${name}`}
                  title="Rename"
                  onClick={() => setNaming({ kind: 'rename', from: name })}
                >
                  ✎
                </button>
              )}
              {fixed === null && name !== entrypoint && (
                <button
                  type="button"
                  className={doomed === name ? 'small danger' : 'icon small'}
                  aria-label={doomed === name ? `Confirm: delete ${name}` : `Delete ${name}`}
                  title="Delete"
                  onBlur={() => setDoomed(null)}
                  onClick={() => {
                    if (doomed === name) {
                      onEdit({ type: 'remove', name });
                    }
                    setDoomed(doomed === name ? null : name);
                  }}
                >
                  {doomed === name ? 'Delete?' : '✕'}
                </button>
              )}
            </li>
          ),
        )}
      </ul>
      {fixed !== null && <p className="hint">{fixed}</p>}
    </nav>
  );
}

interface NameFormProps {
  label: string;
  initial: string;
  taken: Record<string, string>;
  onName: (name: string) => void;
  onDone: () => void;
}

function NameForm({ label, initial, taken, onName, onDone }: NameFormProps) {
  const [name, setName] = useState(initial);
  const [problem, setProblem] = useState<string | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (wanted === initial && initial !== '') {
      onDone();
      return;
    }
    const found = nameProblem(wanted, withoutName(taken, initial));
    setProblem(found);
    if (found === null) {
      onName(wanted);
      onDone();
    }
  };
  return (
    <form className="name-form" onSubmit={submit}>
      <input
        // biome-ignore lint/a11y/noAutofocus: the field appears because the person asked to type a name
        autoFocus
        aria-label={label}
        aria-invalid={problem !== null}
        placeholder="models.py or static/style.css"
        value={name}
        spellCheck={false}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && onDone()}
        onBlur={() => problem === null && name === initial && onDone()}
      />
      {problem !== null && (
        <p className="hint bad" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}

function withoutName(files: Record<string, string>, name: string): Record<string, string> {
  const { [name]: _itself, ...others } = files;
  return others;
}
