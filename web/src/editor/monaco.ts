import { type Environment, editor } from 'monaco-editor/editor';
import EditorWorker from 'monaco-editor/editor/editor.worker?worker';
import 'monaco-editor/features/bracketMatching/register';
import 'monaco-editor/features/caretOperations/register';
import 'monaco-editor/features/clipboard/register';
import 'monaco-editor/features/codicon/register';
import 'monaco-editor/features/comment/register';
import 'monaco-editor/features/contextmenu/register';
import 'monaco-editor/features/cursorUndo/register';
import 'monaco-editor/features/diffEditor/register';
import 'monaco-editor/features/find/register';
import 'monaco-editor/features/folding/register';
import 'monaco-editor/features/gotoError/register';
import 'monaco-editor/features/gotoLine/register';
import 'monaco-editor/features/hover/register';
import 'monaco-editor/features/indentation/register';
import 'monaco-editor/features/lineSelection/register';
import 'monaco-editor/features/linesOperations/register';
import 'monaco-editor/features/multicursor/register';
import 'monaco-editor/features/quickCommand/register';
import 'monaco-editor/features/smartSelect/register';
import 'monaco-editor/features/suggest/register';
import 'monaco-editor/features/toggleTabFocusMode/register';
import 'monaco-editor/features/wordHighlighter/register';
import 'monaco-editor/features/wordOperations/register';
import 'monaco-editor/features/wordPartOperations/register';
import 'monaco-editor/languages/definitions/css/register';
import 'monaco-editor/languages/definitions/html/register';
import 'monaco-editor/languages/definitions/javascript/register';
import 'monaco-editor/languages/definitions/python/register';
import 'monaco-editor/languages/definitions/xml/register';

(globalThis as { MonacoEnvironment?: Environment }).MonacoEnvironment = {
  getWorker: () => new EditorWorker(),
};

editor.defineTheme('headrace-light', {
  base: 'vs',
  inherit: true,
  rules: [],
  colors: { 'editor.background': '#ffffff', 'editorLineNumber.foreground': '#8a98a5' },
});
editor.defineTheme('headrace-dark', {
  base: 'vs-dark',
  inherit: true,
  rules: [],
  colors: { 'editor.background': '#10181f', 'editorLineNumber.foreground': '#5d6d7a' },
});

const dark = window.matchMedia('(prefers-color-scheme: dark)');
const applyTheme = () => editor.setTheme(dark.matches ? 'headrace-dark' : 'headrace-light');
dark.addEventListener('change', applyTheme);
applyTheme();

const LANGUAGES: Record<string, string> = {
  py: 'python',
  css: 'css',
  js: 'javascript',
  html: 'html',
  svg: 'xml',
  json: 'javascript',
};

export function languageOf(name: string): string {
  return LANGUAGES[name.slice(name.lastIndexOf('.') + 1).toLowerCase()] ?? 'plaintext';
}

export const LOOK: editor.IEditorOptions = {
  fontFamily: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  fontSize: 13.5,
  lineHeight: 21,
  scrollBeyondLastLine: false,
  automaticLayout: true,
  minimap: { enabled: false },
  padding: { top: 8, bottom: 8 },
  fixedOverflowWidgets: true,
};

export * from 'monaco-editor/editor';
