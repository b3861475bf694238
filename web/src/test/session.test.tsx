import { screen, waitFor } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { FakePlatform } from './fake-platform';
import { openPage } from './open-page';

let platform: FakePlatform;

beforeEach(() => {
  platform = new FakePlatform();
});

test('a person signs up and finds the way to a first app', async () => {
  const page = openPage(platform, '/signup');
  await page.user.type(screen.getByLabelText('User name'), 'ada');
  await page.user.type(screen.getByLabelText('Email'), 'ada@example.com');
  await page.user.type(screen.getByLabelText('Password'), 'lovelace');
  await page.user.click(screen.getByRole('button', { name: 'Sign up' }));
  expect(await screen.findByText('No apps yet')).toBeTruthy();
});

test('a sign-up says next to each field what is wrong, and sends nothing', async () => {
  const page = openPage(platform, '/signup');
  await page.user.type(screen.getByLabelText('User name'), 'a b');
  await page.user.click(screen.getByRole('button', { name: 'Sign up' }));
  expect(screen.getByText(/only letters, digits/)).toBeTruthy();
  expect(screen.getByText(/not an email address/)).toBeTruthy();
  expect(screen.getByText(/at least 6 characters/)).toBeTruthy();
  expect(platform.requests).toHaveLength(0);
});

test('what the platform says about a login is shown', async () => {
  const page = openPage(platform, '/login');
  await page.user.type(screen.getByLabelText('User name'), 'ada');
  await page.user.type(screen.getByLabelText('Password'), 'wrong');
  await page.user.click(screen.getByRole('button', { name: 'Log in' }));
  expect(await screen.findByText('Invalid username or password')).toBeTruthy();
});

test('a login leads back to the page that asked for it', async () => {
  platform.passwords.set('ada', 'lovelace');
  platform.addApp('Todo', { 'main.py': 'code' });
  const page = openPage(platform, '/apps/app00001');
  await waitFor(() => expect(page.address()).toBe('/login?next=%2Fapps%2Fapp00001'));
  await page.user.type(screen.getByLabelText('User name'), 'ada');
  await page.user.type(screen.getByLabelText('Password'), 'lovelace{Enter}');
  expect(await screen.findByRole('heading', { name: 'Todo' })).toBeTruthy();
});

test('a session that the platform ended leads to the login and back, with the work kept', async () => {
  platform.logIn();
  platform.passwords.set('ada', 'lovelace');
  platform.addApp('Todo', { 'main.py': 'code' });
  const page = openPage(platform, '/apps/app00001');
  await page.user.type(await screen.findByLabelText('Source of main.py'), ' more');
  const tokens = platform.tokens;
  platform.tokens = new Set();
  await page.user.click(screen.getByRole('button', { name: 'Deploy' }));
  expect(await screen.findByText(/Your session has ended/)).toBeTruthy();
  platform.tokens = tokens;
  await page.user.type(screen.getByLabelText('User name'), 'ada');
  await page.user.type(screen.getByLabelText('Password'), 'lovelace{Enter}');
  const source = await screen.findByLabelText('Source of main.py');
  expect((source as HTMLTextAreaElement).value).toBe('code more');
});

test('the app list follows the apps without being asked to', async () => {
  platform.logIn();
  const { app } = platform.addApp('Todo', { 'main.py': 'code' });
  openPage(platform, '/');
  expect(await screen.findByText('Live')).toBeTruthy();
  platform.tell({ ...app, status: 'error', last_error: 'ImportError: no module named x' });
  expect(await screen.findByText('Failed')).toBeTruthy();
  expect(screen.getByText('ImportError: no module named x')).toBeTruthy();
  platform.tellGone(app.app_id);
  expect(await screen.findByText('No apps yet')).toBeTruthy();
});

test('"?" shows the keyboard help', async () => {
  platform.logIn();
  const page = openPage(platform, '/');
  await screen.findByText('No apps yet');
  await page.user.keyboard('?');
  expect(await screen.findByRole('dialog', { name: 'Keyboard' })).toBeTruthy();
});
