import { describe, expect, test } from 'vitest';
import { edit, fileOrder, nameProblem, sameFiles, type Workspace } from './workspace';

const workspace: Workspace = {
  files: { 'main.py': 'app', 'b.py': 'b', 'a.py': 'a' },
  entrypoint: 'main.py',
  active: 'b.py',
};

test('files are listed with the entrypoint first, then by name', () => {
  expect(fileOrder(workspace)).toEqual(['main.py', 'a.py', 'b.py']);
});

test('a renamed entrypoint stays the entrypoint and stays open', () => {
  const renamed = edit(
    { ...workspace, active: 'main.py' },
    { type: 'rename', from: 'main.py', to: 'app.py' },
  );
  expect(renamed).toEqual({
    files: { 'app.py': 'app', 'b.py': 'b', 'a.py': 'a' },
    entrypoint: 'app.py',
    active: 'app.py',
  });
});

test('a deleted open file gives way to the entrypoint', () => {
  const left = edit(workspace, { type: 'remove', name: 'b.py' });
  expect(left.active).toBe('main.py');
  expect(Object.keys(left.files)).toEqual(['main.py', 'a.py']);
});

test('loading another version keeps the open file open when it is still there', () => {
  const files = { 'main.py': 'new', 'b.py': 'new' };
  expect(edit(workspace, { type: 'load', files, entrypoint: 'main.py' }).active).toBe('b.py');
  expect(
    edit(workspace, { type: 'load', files: { 'main.py': 'x' }, entrypoint: 'main.py' }).active,
  ).toBe('main.py');
});

describe('a file name', () => {
  test.each(['models.py', 'api/items.py', 'static/style.css', 'a/b/c/__init__.py', 'logo.SVG'])(
    '%s is taken',
    (name) => expect(nameProblem(name, workspace.files)).toBeNull(),
  );

  test.each([
    ['', 'Write a name'],
    ['a.py', 'already'],
    ['../x.py', 'inside the app'],
    ['/etc/x.py', 'inside the app'],
    ['a//b.py', 'inside the app'],
    ['a\\b.py', 'letters, digits'],
    ['a b.py', 'letters, digits'],
    ['x\u0000.py', 'letters, digits'],
    ['run.sh', 'not allowed'],
    ['a.py/b.py', 'one is a folder'],
    [`${'x'.repeat(200)}.py`, 'too long'],
  ])('%j is refused with a reason', (name, reason) =>
    expect(nameProblem(name, workspace.files)).toContain(reason),
  );
});

test('the order of files makes no difference between them', () => {
  expect(sameFiles({ a: '1', b: '2' }, { b: '2', a: '1' })).toBe(true);
  expect(sameFiles({ a: '1' }, { a: '1', b: '2' })).toBe(false);
  expect(sameFiles({ a: '1', c: '' }, { a: '1', b: '2' })).toBe(false);
});
