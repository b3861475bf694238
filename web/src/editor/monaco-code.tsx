import { type RefObject, useEffect, useRef } from 'react';
import type { Files } from '../api/types';
import { editor, KeyCode, KeyMod, LOOK, languageOf, MarkerSeverity } from './monaco';
import type { CodeSurfaceProps } from './surfaces';

const NO_MARK = { file: null, line: 0, message: '' };

type Models = Map<string, editor.ITextModel>;

/** Monaco with one model per file, so that each keeps its own undo history and cursor. */
export default function MonacoCode({ files, active, mark, onWrite, onDeploy }: CodeSurfaceProps) {
  const holder = useRef<HTMLDivElement>(null);
  const view = useRef<editor.IStandaloneCodeEditor | null>(null);
  const models = useRef<Models>(new Map());
  const places = useRef(new Map<string, editor.ICodeEditorViewState | null>());
  const lineToShow = useRef<{ file: string; line: number } | null>(null);
  const handlers = useRef({ onWrite, onDeploy });
  handlers.current = { onWrite, onDeploy };

  useEffect(() => {
    if (holder.current === null) {
      return;
    }
    const created = editor.create(holder.current, {
      ...LOOK,
      model: null,
      glyphMargin: true,
      tabSize: 4,
      ariaLabel: 'Source code. Press Control M to let Tab leave the editor.',
    });
    created.addAction({
      id: 'headrace.deploy',
      label: 'Deploy',
      keybindings: [KeyMod.CtrlCmd | KeyCode.Enter],
      run: () => handlers.current.onDeploy(),
    });
    view.current = created;
    const owned = models.current;
    return () => {
      view.current = null;
      created.dispose();
      for (const model of owned.values()) {
        model.dispose();
      }
      owned.clear();
    };
  }, []);

  useEffect(() => {
    syncModels(models.current, files, (name, text) => handlers.current.onWrite(name, text));
  }, [files]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `files` because a reload can replace the active model
  useEffect(() => {
    const model = models.current.get(active);
    const shown = view.current;
    if (shown !== null && model !== undefined && shown.getModel() !== model) {
      for (const [name, other] of models.current) {
        if (other === shown.getModel()) {
          places.current.set(name, shown.saveViewState());
        }
      }
      shown.setModel(model);
      shown.restoreViewState(places.current.get(active) ?? null);
      showLine(shown, active, lineToShow);
    }
  }, [active, files]);

  // By value: the same error told again must not take the cursor from a person who is typing.
  const { file, line, message } = mark ?? NO_MARK;
  useEffect(() => {
    const model = file === null ? undefined : models.current.get(file);
    if (file === null || model === undefined) {
      return;
    }
    const at = Math.min(Math.max(line, 1), model.getLineCount());
    const clear = paint(model, at, message);
    lineToShow.current = { file, line: at };
    if (view.current?.getModel() === model) {
      showLine(view.current, file, lineToShow);
    }
    return clear;
  }, [file, line, message]);

  return <div ref={holder} className="code" />;
}

/** Brings a marked line into view, once, as soon as its file is the one that is open. */
function showLine(
  view: editor.IStandaloneCodeEditor,
  file: string,
  wanted: RefObject<{ file: string; line: number } | null>,
) {
  if (wanted.current?.file === file) {
    view.revealLineInCenterIfOutsideViewport(wanted.current.line);
    view.setPosition({ lineNumber: wanted.current.line, column: 1 });
    wanted.current = null;
  }
}

function syncModels(models: Models, files: Files, onWrite: (name: string, text: string) => void) {
  for (const [name, model] of models) {
    if (!(name in files)) {
      model.dispose();
      models.delete(name);
    }
  }
  for (const [name, text] of Object.entries(files)) {
    const known = models.get(name);
    if (known === undefined) {
      const model = editor.createModel(text, languageOf(name));
      if (!text.includes('\r')) {
        model.setEOL(editor.EndOfLineSequence.LF);
      }
      model.onDidChangeContent(() => onWrite(name, model.getValue()));
      models.set(name, model);
    } else if (known.getValue() !== text) {
      known.pushEditOperations([], [{ range: known.getFullModelRange(), text }], () => null);
    }
  }
}

/** Marks a line; the mark moves with the text as the person edits. Answers how to take it off. */
function paint(model: editor.ITextModel, line: number, message: string): () => void {
  const start = model.getLineFirstNonWhitespaceColumn(line) || 1;
  editor.setModelMarkers(model, 'headrace', [
    {
      severity: MarkerSeverity.Error,
      message,
      startLineNumber: line,
      startColumn: start,
      endLineNumber: line,
      endColumn: Math.max(model.getLineMaxColumn(line), start + 1),
    },
  ]);
  const painted = model.deltaDecorations(
    [],
    [
      {
        range: { startLineNumber: line, startColumn: 1, endLineNumber: line, endColumn: 1 },
        options: {
          isWholeLine: true,
          className: 'error-line',
          glyphMarginClassName: 'error-glyph',
          glyphMarginHoverMessage: { value: message },
        },
      },
    ],
  );
  return () => {
    if (!model.isDisposed()) {
      model.deltaDecorations(painted, []);
      editor.setModelMarkers(model, 'headrace', []);
    }
  };
}
