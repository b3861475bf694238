import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Deploy, Files } from '../api/types';
import { FakePlatform } from './fake-platform';
import { openPage } from './open-page';

let platform: FakePlatform;

beforeEach(() => {
  platform = new FakePlatform();
  platform.logIn();
});

const source = (name = 'main.py') => screen.findByLabelText(`Source of ${name}`);
const deployButton = () => screen.findByRole('button', { name: 'Deploy' });

function liveApp(files: Files = { 'main.py': 'first' }) {
  const stored = platform.addApp('Todo', files);
  platform.addVersion(stored, files);
  platform.reach(stored.app.app_id, 1, 'live');
  return stored;
}

describe('a first deploy', () => {
  test('turns the page into the page of the new app, so that the next press updates it', async () => {
    const page = openPage(platform, '/apps/new');
    const code = await source();
    await page.user.type(code, '# mine');
    await page.user.click(await deployButton());
    await waitFor(() => expect(page.address()).toBe('/apps/app00001'));
    expect(await source()).toBe(code);

    platform.reach('app00001', 1, 'live');
    expect(await screen.findByText(/Version 1 is live/)).toBeTruthy();
    await page.user.click(await deployButton());
    await screen.findByText(/Version 2:/);
    expect(platform.sent('POST', '/api/apps')).toHaveLength(1);
    expect(platform.sent('PUT', '/api/apps/app00001')).toHaveLength(1);
  });

  test('asks for a name before it sends anything', async () => {
    const page = openPage(platform, '/apps/new');
    await page.user.clear(await screen.findByLabelText('App name'));
    await page.user.click(await deployButton());
    expect(screen.getByText('Give the app a name.')).toBeTruthy();
    expect(platform.sent('POST', '/api/apps')).toHaveLength(0);
  });

  test('begins with the code of the chosen template', async () => {
    const page = openPage(platform, '/new');
    await page.user.click(await screen.findByRole('link', { name: /Hello World API/ }));
    expect(((await source()) as HTMLTextAreaElement).value).toContain('app = FastAPI()');
    expect((screen.getByLabelText('App name') as HTMLInputElement).value).toBe('Hello World API');
  });
});

describe('a deploy', () => {
  test('shows each stage as the platform reaches it', async () => {
    const { app } = liveApp();
    const page = openPage(platform, `/apps/${app.app_id}`);
    await page.user.type(await source(), '!');
    await page.user.click(await deployButton());
    const steps = await screen.findByRole('list', { name: 'Stages of version 2' });
    const current = () => within(steps).getByText('now').closest('li')?.textContent;
    await waitFor(() => expect(current()).toContain('fetched'));
    platform.reach(app.app_id, 2, 'applied');
    await waitFor(() => expect(current()).toContain('starting'));
    platform.reach(app.app_id, 2, 'live');
    expect(await screen.findByText(/Version 2 is live/)).toBeTruthy();
  });

  test('is sent by Ctrl+Enter, with the reason', async () => {
    const { app } = liveApp();
    const page = openPage(platform, `/apps/${app.app_id}`);
    await page.user.type(await screen.findByLabelText(/Reason for this deploy/), 'Fix paging');
    await page.user.click(await source());
    await page.user.keyboard('{Control>}{Enter}{/Control}');
    await screen.findByText(/Version 2:/);
    const sent = platform.sent('PUT', `/api/apps/${app.app_id}`)[0];
    expect(sent?.body).toEqual({
      files: { 'main.py': 'first' },
      reason: 'Fix paging',
    });
    expect(sent?.headers.get('Headrace-Via')).toBe('web');
  });

  test('whose request never arrives is sent again with the same key', async () => {
    const { app } = liveApp();
    const page = openPage(platform, `/apps/${app.app_id}`);
    await source();
    platform.unreachable = 1;
    await page.user.click(await deployButton());
    await screen.findByText(/Version 2:/);
    const keys = platform
      .sent('PUT', `/api/apps/${app.app_id}`)
      .map(({ headers }) => headers.get('Idempotency-Key'));
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
  });

  test('goes on being shown after a reload in its middle', async () => {
    const { app } = liveApp();
    const first = openPage(platform, `/apps/${app.app_id}`);
    await first.user.click(await deployButton());
    await screen.findByText(/Version 2:/);
    first.close();
    platform.reach(app.app_id, 2, 'applied');

    openPage(platform, `/apps/${app.app_id}`);
    expect(await screen.findByText('Version 2: applied.')).toBeTruthy();
    platform.reach(app.app_id, 2, 'live');
    expect(await screen.findByText(/Version 2 is live/)).toBeTruthy();
  });

  test('is followed on over a lost connection, from the last stage seen', async () => {
    const { app } = liveApp();
    const page = openPage(platform, `/apps/${app.app_id}`);
    await page.user.click(await deployButton());
    await screen.findByText('Version 2: committed.');
    platform.cutStreams();
    platform.reach(app.app_id, 2, 'live');
    expect(await screen.findByText(/Version 2 is live/)).toBeTruthy();
    const asked = platform.sent('GET', `/api/v1/apps/${app.app_id}/deploys/2/events`);
    expect(asked.at(-1)?.headers.get('Last-Event-ID')).toMatch(/^\d+$/);
  });
});

describe('an error', () => {
  test('of refused code is painted on its line and said in words', async () => {
    const { app } = liveApp({ 'main.py': 'first', 'models.py': 'second' });
    platform.refuse = () => ({ message: "Syntax error: expected ':'", file: 'models.py', line: 3 });
    const page = openPage(platform, `/apps/${app.app_id}`);
    await page.user.click(await deployButton());
    expect(await screen.findByText('Not deployed')).toBeTruthy();
    expect(await source('models.py')).toBeTruthy();
    expect(screen.getByLabelText('Painted line').textContent).toBe(
      "models.py:3 Code validation failed: Syntax error: expected ':'",
    );
  });

  test('leaves the person alone who goes on typing in another file', async () => {
    const { app } = liveApp({ 'main.py': 'first', 'models.py': 'second' });
    platform.refuse = () => ({ message: 'Bad', file: 'models.py', line: 1 });
    const page = openPage(platform, `/apps/${app.app_id}`);
    await page.user.click(await deployButton());
    await source('models.py');
    await page.user.click(screen.getByRole('button', { name: /^main\.py/ }));
    await page.user.type(await source('main.py'), ' and more');
    platform.tell(app);
    expect(((await source('main.py')) as HTMLTextAreaElement).value).toBe('first and more');
  });

  test('of a failed start shows cause, evidence, what to do, and which version still serves', async () => {
    const { app } = liveApp();
    const page = openPage(platform, `/apps/${app.app_id}`);
    await page.user.type(await source(), '!');
    await page.user.click(await deployButton());
    await screen.findByText('Version 2: committed.');
    platform.fail(app.app_id, 2, {
      stage: 'starting',
      cause: 'The app stopped while it was starting.',
      evidence: 'ZeroDivisionError: division by zero',
      next_step: 'Mend line 1 and deploy again.',
      file: 'main.py',
      line: 1,
    });
    expect(await screen.findByText('ZeroDivisionError: division by zero')).toBeTruthy();
    expect(screen.getByText('Mend line 1 and deploy again.')).toBeTruthy();
    expect(screen.getByLabelText('Painted line').textContent).toMatch(/^main\.py:1 /);
    expect(await screen.findByText(/Version 1 goes on serving/)).toBeTruthy();
  });
});

describe('work that is not deployed', () => {
  test('is back after a reload, and can be thrown away', async () => {
    const { app } = liveApp();
    const first = openPage(platform, `/apps/${app.app_id}`);
    await first.user.type(await source(), ' and more');
    first.close();

    const second = openPage(platform, `/apps/${app.app_id}`);
    expect(((await source()) as HTMLTextAreaElement).value).toBe('first and more');
    await second.user.click(screen.getByRole('button', { name: 'Throw them away' }));
    expect(((await source()) as HTMLTextAreaElement).value).toBe('first');
  });

  test('is not left behind without asking', async () => {
    const { app } = liveApp();
    const page = openPage(platform, `/apps/${app.app_id}`);
    await page.user.type(await source(), '!');
    await page.user.click(screen.getByRole('link', { name: 'Headrace' }));
    await page.user.click(await screen.findByRole('button', { name: 'Stay' }));
    expect(page.address()).toBe(`/apps/${app.app_id}`);
  });

  test('is gone for good once it was thrown away on leaving', async () => {
    const { app } = liveApp();
    const page = openPage(platform, `/apps/${app.app_id}`);
    await page.user.type(await source(), '!');
    await page.user.click(screen.getByRole('link', { name: 'Headrace' }));
    await page.user.click(await screen.findByRole('button', { name: 'Throw changes away' }));
    await page.user.click(await screen.findByRole('link', { name: 'Todo' }));
    expect(((await source()) as HTMLTextAreaElement).value).toBe('first');
  });

  test('is kept beside a version that came from elsewhere, until the person chooses', async () => {
    const stored = liveApp();
    const { app_id } = stored.app;
    const page = openPage(platform, `/apps/${app_id}`);
    await page.user.type(await source(), '!');
    platform.addVersion(stored, { 'main.py': 'from the command line' }, { via: 'cli' });
    platform.tell(stored.app);
    await page.user.click(await screen.findByRole('button', { name: 'Load version 2 instead' }));
    await waitFor(async () =>
      expect(((await source()) as HTMLTextAreaElement).value).toBe('from the command line'),
    );
  });
});

describe('a deploy of code that began from an older version', () => {
  test('is refused, and the person chooses between the two', async () => {
    const stored = liveApp();
    const { app_id } = stored.app;
    const page = openPage(platform, `/apps/${app_id}`);
    await page.user.type(await source(), '!');
    platform.addVersion(stored, { 'main.py': 'from the command line' }, { via: 'cli' });
    await page.user.click(await deployButton());
    expect(await screen.findByText(/Somebody changed this app/)).toBeTruthy();
    expect(stored.deploys).toHaveLength(2);

    await page.user.click(await screen.findByRole('button', { name: 'Keep my changes' }));
    await page.user.click(await deployButton());
    await screen.findByText(/Version 3:/);
    expect(stored.sources.get(3)).toEqual({ 'main.py': 'first!' });
  });

  test('is none after a rename, or right after the last deploy', async () => {
    const stored = liveApp();
    const { app_id } = stored.app;
    const commit = 'd'.repeat(40);
    const [first] = stored.deploys;
    stored.deploys.unshift({ ...(first as Deploy), version: null, action: 'rename', commit });
    const page = openPage(platform, `/apps/${app_id}`);
    await page.user.click(await deployButton());
    await screen.findByText(/Version 2:/);
    await page.user.click(await deployButton());
    await screen.findByText(/Version 3:/);
    const sent = platform.sent('PUT', `/api/apps/${app_id}`);
    expect(sent.map(({ headers }) => headers.get('If-Match'))).toEqual([
      `"${commit}"`,
      `"${stored.deploys[1]?.commit}"`,
    ]);
  });
});

describe('the history', () => {
  test('rolls back after it has shown what changes, and the editor takes the old code over', async () => {
    const stored = liveApp();
    const { app_id } = stored.app;
    platform.addVersion(stored, { 'main.py': 'second' }, { reason: 'Try it' });
    platform.reach(app_id, 2, 'live');
    const page = openPage(platform, `/apps/${app_id}`);
    await page.user.click(await screen.findByRole('tab', { name: 'History' }));
    expect(await screen.findByText('Try it')).toBeTruthy();
    await page.user.click(screen.getByRole('button', { name: 'Roll back to version 1' }));
    const dialog = await screen.findByRole('dialog');
    expect((await within(dialog).findByLabelText('Changes of main.py')).textContent).toBe(
      'second → first',
    );
    await page.user.type(within(dialog).getByLabelText(/Reason/), 'Second was wrong');
    await page.user.click(within(dialog).getByRole('button', { name: 'Roll back to version 1' }));
    await waitFor(async () =>
      expect(((await source()) as HTMLTextAreaElement).value).toBe('first'),
    );
    expect(platform.sent('POST', `/api/v1/apps/${app_id}/rollback`)[0]?.body).toEqual({
      version: 1,
      reason: 'Second was wrong',
    });
    platform.reach(app_id, 3, 'live');
    expect(await screen.findByText(/Version 3 is live/)).toBeTruthy();
  });
});

test('an older part of the history is shown on request', async () => {
  const stored = liveApp();
  platform.addVersion(stored, { 'main.py': 'second' });
  platform.addVersion(stored, { 'main.py': 'third' });
  platform.pageSize = 2;
  const page = openPage(platform, `/apps/${stored.app.app_id}`);
  await page.user.click(await screen.findByRole('tab', { name: 'History' }));
  expect(await screen.findByRole('rowheader', { name: 'v2' })).toBeTruthy();
  expect(screen.queryByRole('rowheader', { name: 'v1' })).toBeNull();
  await page.user.click(screen.getByRole('button', { name: 'Show older' }));
  expect(await screen.findByRole('rowheader', { name: 'v1' })).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Show older' })).toBeNull();
});

describe('files', () => {
  test('are added, also in folders, renamed and deleted', async () => {
    const { app } = liveApp();
    const page = openPage(platform, `/apps/${app.app_id}`);
    await page.user.click(await screen.findByRole('button', { name: 'Add a file' }));
    await page.user.type(screen.getByLabelText('Name of the new file'), 'api/items.py{Enter}');
    await page.user.type(await source('api/items.py'), 'x = 1');
    await page.user.click(screen.getByRole('button', { name: 'Rename api/items.py' }));
    const renamed = screen.getByLabelText('New name of api/items.py');
    await page.user.clear(renamed);
    await page.user.type(renamed, 'api/things.py{Enter}');
    await page.user.click(screen.getByRole('button', { name: 'Add a file' }));
    await page.user.type(screen.getByLabelText('Name of the new file'), 'notes.txt{Enter}');
    await page.user.click(screen.getByRole('button', { name: 'Delete notes.txt' }));
    await page.user.click(screen.getByRole('button', { name: 'Confirm: delete notes.txt' }));
    await page.user.click(await deployButton());
    await screen.findByText(/Version 2:/);
    expect(platform.sent('PUT', `/api/apps/${app.app_id}`)[0]?.body.files).toEqual({
      'main.py': 'first',
      'api/things.py': 'x = 1',
    });
  });

  test('of an app made with a single file stay one, sent as code', async () => {
    const stored = liveApp();
    Object.assign(stored.app, { mode: 'single', code: 'first', files: null, entrypoint: null });
    const page = openPage(platform, `/apps/${stored.app.app_id}`);
    const add = (await screen.findByRole('button', { name: 'Add a file' })) as HTMLButtonElement;
    expect(add.disabled).toBe(true);
    await page.user.click(await deployButton());
    await screen.findByText(/Version 2:/);
    expect(platform.sent('PUT', `/api/apps/${stored.app.app_id}`)[0]?.body).toEqual({
      code: 'first',
    });
  });
});

describe('an app', () => {
  const settings = async (page: ReturnType<typeof openPage>) =>
    page.user.click(await screen.findByRole('tab', { name: 'Settings' }));

  test('gets another plan by a deploy of the same code', async () => {
    const { app } = liveApp();
    const page = openPage(platform, `/apps/${app.app_id}`);
    await settings(page);
    const change = screen.getByRole('button', { name: 'Change plan' }) as HTMLButtonElement;
    expect(change.disabled).toBe(true);
    await page.user.selectOptions(screen.getByLabelText('Plan'), 'large');
    await page.user.click(change);
    await screen.findByText(/Version 2:/);
    expect(platform.sent('PUT', `/api/apps/${app.app_id}`)[0]?.body).toEqual({
      resources: 'large',
    });
  });

  test('is stopped only after a question, with the reason, and says that it is', async () => {
    const { app } = liveApp();
    const page = openPage(platform, `/apps/${app.app_id}`);
    await settings(page);
    await page.user.click(screen.getByRole('button', { name: 'Stop app…' }));
    expect(platform.sent('POST', `/api/v1/apps/${app.app_id}/stop`)).toHaveLength(0);
    const dialog = await screen.findByRole('dialog');
    await page.user.type(within(dialog).getByLabelText(/Reason/), 'Nobody uses it');
    await page.user.click(within(dialog).getByRole('button', { name: 'Stop app' }));
    await screen.findByText('Version 2: committed.');
    expect(platform.sent('POST', `/api/v1/apps/${app.app_id}/stop`)[0]?.body).toEqual({
      reason: 'Nobody uses it',
    });

    platform.reach(app.app_id, 2, 'live');
    expect(await screen.findByText(/^The app is stopped, /)).toBeTruthy();
    const steps = screen.getByRole('list', { name: 'Stages of version 2' });
    expect(within(steps).getAllByRole('listitem')).toHaveLength(4);
    expect(within(steps).getByText('stopped')).toBeTruthy();
    await waitFor(() => expect(document.querySelector('.status.stopped')).toBeTruthy());
    expect(document.querySelector('.status')?.textContent).toBe('Stopped');
  });

  test('that is stopped is started with one press', async () => {
    const stored = liveApp();
    const { app_id } = stored.app;
    platform.addVersion(stored, { 'main.py': 'first' }, { action: 'stop' });
    platform.reach(app_id, 2, 'live');
    const page = openPage(platform, `/apps/${app_id}`);
    await settings(page);
    expect(screen.queryByRole('button', { name: 'Restart app' })).toBeNull();
    await page.user.click(screen.getByRole('button', { name: 'Start app' }));
    await screen.findByText('Version 3: committed.');
    platform.reach(app_id, 3, 'live');
    expect(await screen.findByText(/Version 3 is live/)).toBeTruthy();
    await settings(page);
    expect(await screen.findByRole('button', { name: 'Restart app' })).toBeTruthy();
  });

  test('is restarted with one press, sent again with the same key when it did not arrive', async () => {
    const { app } = liveApp();
    const page = openPage(platform, `/apps/${app.app_id}`);
    await settings(page);
    platform.unreachable = 1;
    await page.user.click(screen.getByRole('button', { name: 'Restart app' }));
    await screen.findByText('Version 2: committed.');
    const keys = platform
      .sent('POST', `/api/v1/apps/${app.app_id}/restart`)
      .map(({ headers }) => headers.get('Idempotency-Key'));
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });

  test('that is restarted while somebody edits it leaves the editor alone', async () => {
    const stored = liveApp();
    const { app_id } = stored.app;
    const page = openPage(platform, `/apps/${app_id}`);
    await page.user.type(await source(), '!');
    const restarted = platform.addVersion(stored, { 'main.py': 'first' }, { action: 'restart' });
    platform.tell(stored.app);
    await screen.findByText('Version 2: committed.');
    expect(screen.queryByText(/after you began to edit/)).toBeNull();
    await page.user.click(await deployButton());
    await screen.findByText(/Version 3:/);
    const sent = platform.sent('PUT', `/api/apps/${app_id}`)[0];
    expect(sent?.headers.get('If-Match')).toBe(`"${restarted.commit}"`);
    expect(stored.sources.get(3)).toEqual({ 'main.py': 'first!' });
  });
});

describe('settings', () => {
  test('rename the app', async () => {
    const { app } = liveApp();
    const page = openPage(platform, `/apps/${app.app_id}`);
    await page.user.click(await screen.findByRole('tab', { name: 'Settings' }));
    const name = screen.getByLabelText('Name');
    await page.user.clear(name);
    await page.user.type(name, 'Tasks{Enter}');
    expect(await screen.findByRole('heading', { name: 'Tasks' })).toBeTruthy();
  });

  test('delete the app only after its name was typed', async () => {
    const { app } = liveApp();
    const page = openPage(platform, `/apps/${app.app_id}`);
    await page.user.click(await screen.findByRole('tab', { name: 'Settings' }));
    await page.user.click(screen.getByRole('button', { name: 'Delete app…' }));
    const confirm = screen.getByRole('button', { name: 'Delete app' }) as HTMLButtonElement;
    expect(confirm.disabled).toBe(true);
    await page.user.type(screen.getByLabelText(/to confirm/), 'Todo');
    await page.user.click(confirm);
    expect(await screen.findByText('No apps yet')).toBeTruthy();
    expect(platform.apps.size).toBe(0);
  });
});

test('the logs are shown and stay current', async () => {
  const { app } = liveApp();
  platform.logLines = ['started'];
  const page = openPage(platform, `/apps/${app.app_id}`);
  await page.user.click(await screen.findByRole('tab', { name: 'Logs' }));
  expect(await screen.findByText('started')).toBeTruthy();
  platform.logLines = ['started', 'GET /items 200'];
  expect(await screen.findByText('GET /items 200')).toBeTruthy();
});
