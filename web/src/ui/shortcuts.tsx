import { Dialog } from './dialog';

const mod = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl';

const SHORTCUTS: [string, string][] = [
  [`${mod} + Enter`, 'Deploy'],
  [`${mod} + S`, 'Nothing to save: what you type is kept in this browser at once'],
  ['Ctrl + M', 'In the editor: let Tab leave the editor instead of indenting (again to undo)'],
  ['F1', 'In the editor: all editor commands'],
  ['F8', 'In the editor: go to the next error'],
  ['Esc', 'Close a dialog'],
  ['?', 'This help'],
];

export function Shortcuts({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <dl className="shortcuts">
        {SHORTCUTS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
