import type { AppDetail, Files, Template } from '../api/types';

/** The source as it is in the editor. */
export interface Workspace {
  files: Files;
  entrypoint: string;
  active: string;
}

export type Edit =
  | { type: 'write'; name: string; text: string }
  | { type: 'open'; name: string }
  | { type: 'add'; name: string }
  | { type: 'rename'; from: string; to: string }
  | { type: 'remove'; name: string }
  | { type: 'load'; files: Files; entrypoint: string };

export const MAX_FILES = 50;
const EXTENSIONS = ['.py', '.css', '.js', '.svg', '.html', '.json', '.txt'];

/** The name that the only file of a single-file app has on the platform. */
export const SINGLE_FILE = 'main.py';

const BLANK = `from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def hello():
    return {"message": "Hello"}
`;

export function blank(): Workspace {
  return open({ [SINGLE_FILE]: BLANK }, SINGLE_FILE);
}

export function fromTemplate(template: Template): Workspace {
  return sourceOf(template);
}

export function fromApp(app: AppDetail): Workspace {
  return sourceOf(app);
}

function sourceOf(source: Pick<AppDetail, 'mode' | 'code' | 'files' | 'entrypoint'>): Workspace {
  if (source.mode === 'multi' && source.files !== null) {
    return open(source.files, source.entrypoint ?? 'app.py');
  }
  return open({ [SINGLE_FILE]: source.code ?? '' }, SINGLE_FILE);
}

function open(files: Files, entrypoint: string): Workspace {
  return { files, entrypoint, active: entrypoint };
}

export function edit(workspace: Workspace, change: Edit): Workspace {
  const { files, entrypoint, active } = workspace;
  switch (change.type) {
    case 'write':
      return { ...workspace, files: { ...files, [change.name]: change.text } };
    case 'open':
      return change.name in files ? { ...workspace, active: change.name } : workspace;
    case 'add':
      return { ...workspace, files: { ...files, [change.name]: '' }, active: change.name };
    case 'rename': {
      const { [change.from]: text = '', ...others } = files;
      const follow = (name: string) => (name === change.from ? change.to : name);
      return {
        files: { ...others, [change.to]: text },
        entrypoint: follow(entrypoint),
        active: follow(active),
      };
    }
    case 'remove': {
      const { [change.name]: _removed, ...others } = files;
      return { ...workspace, files: others, active: active === change.name ? entrypoint : active };
    }
    case 'load':
      return {
        files: change.files,
        entrypoint: change.entrypoint,
        active: active in change.files ? active : change.entrypoint,
      };
  }
}

/** The entrypoint first, then by name. */
export function fileOrder({
  files,
  entrypoint,
}: Pick<Workspace, 'files' | 'entrypoint'>): string[] {
  return Object.keys(files).sort((a, b) => {
    if (a === entrypoint || b === entrypoint) {
      return a === entrypoint ? -1 : 1;
    }
    return a.localeCompare(b);
  });
}

/** Why a file may not have this name, or null when it may. */
export function nameProblem(name: string, files: Files): string | null {
  if (name === '') {
    return 'Write a name, for example models.py or static/style.css.';
  }
  if (name in files) {
    return `There is already a file ${name}.`;
  }
  if (name.length > 200) {
    return 'The name is too long: at most 200 characters.';
  }
  const parts = name.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    return 'A name is a path inside the app: no leading “/”, no “.” or “..” parts.';
  }
  if (!parts.every((part) => /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(part))) {
    return 'A name has letters, digits, “_”, “-” and “.”, and “/” between folders.';
  }
  if (!EXTENSIONS.some((extension) => name.toLowerCase().endsWith(extension))) {
    return `This kind of file is not allowed. Allowed: ${EXTENSIONS.join(', ')}.`;
  }
  const folder = Object.keys(files).find(
    (other) => other.startsWith(`${name}/`) || name.startsWith(`${other}/`),
  );
  return folder === undefined ? null : `${name} and ${folder} cannot both exist: one is a folder.`;
}

export function sameFiles(a: Files, b: Files): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
