// Drives the page in a real browser against a running platform: a person signs up, writes an app,
// deploys it, opens it, breaks it twice, sees why, rolls back, and stops and starts it. Every picture
// on the way is also held against the accessibility rules of WCAG 2.1 A and AA. Fails loudly.
//
//   node e2e/journey.mjs BASE_URL SCREENSHOT_DIR [README_IMAGE]
//
// CHROMIUM names the browser (default /usr/bin/chromium).
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import axe from 'axe-core';
import { chromium } from 'playwright-core';

const [base, shots, readmeImage] = process.argv.slice(2);
if (base === undefined || shots === undefined) {
  console.error('Usage: node e2e/journey.mjs BASE_URL SCREENSHOT_DIR [README_IMAGE]');
  process.exit(2);
}
mkdirSync(shots, { recursive: true });

const DEADLINE_MS = 30_000;
const MODELS = `from pydantic import BaseModel


class Book(BaseModel):
    title: str
    pages: int
`;
/** @param {string} before what stands on line 6 */
const main = (before) => `from fastapi import FastAPI

from models import Book

app = FastAPI()
${before}
shelf = [Book(title="The Mill on the Floss", pages=579)]


@app.get("/")
def books() -> list[Book]:
    return shelf
`;
const FIRST = main('');
const NO_PYTHON = main('def broken(');
const STOPS_AT_START = main('raise RuntimeError("the shelf is empty")');

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
const context = await browser.newContext({ viewport: { width: 1360, height: 860 } });
context.setDefaultTimeout(DEADLINE_MS);
await context.grantPermissions(['clipboard-read', 'clipboard-write']);
const page = await context.newPage();
/** @type {string[]} */
const complaints = [];
page.on('pageerror', (error) => complaints.push(`The page threw: ${error.message}`));
page.on('console', (message) => {
  // The browser logs every 4xx answer, also the one that this journey asks for.
  if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
    complaints.push(`The console says: ${message.text()}`);
  }
});

try {
  await step('sign up', signUp);
  await step('write an app', writeApp);
  await step('deploy it', () => deployUntil('Version 1 is live'));
  const url = await step('open it', openApp);
  if (readmeImage !== undefined) {
    mkdirSync(dirname(readmeImage), { recursive: true });
    copyFileSync(join(shots, 'open-it.png'), readmeImage);
  }
  await step('see refused code on its line', seeRefusedCode);
  await step('see a failed start on its line', seeFailedStart);
  await step('find the old version still serving', () => answers(url));
  await step('see the failure again after a reload', seeFailureAfterReload);
  await step('roll back from the history', rollBack);
  await step('find the app answering', () => answers(url));
  await step('read the history', readHistory);
  await step('stop it', () => stop(url));
  await step('start it again', start);
  await step('find the started app answering', () => answers(url));
  if (complaints.length > 0) {
    throw new Error(`The browser complained:\n  ${complaints.join('\n  ')}`);
  }
  console.log(`The journey is complete; pictures are in ${shots}`);
} catch (thrown) {
  await page.screenshot({ path: join(shots, 'failed.png') }).catch(() => {});
  console.error(thrown instanceof Error ? thrown.message : thrown);
  console.error(`Where it stopped: ${page.url()}, picture ${join(shots, 'failed.png')}`);
  if (complaints.length > 0) {
    console.error(complaints.join('\n'));
  }
  process.exitCode = 1;
} finally {
  await browser.close();
}

async function signUp() {
  const name = `author-${Date.now().toString(36)}`;
  await page.goto(new URL('/signup', base).href);
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('Email').fill(`${name}@example.com`);
  await page.getByLabel('Password').fill('a long enough password');
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.getByText('No apps yet').waitFor();
}

async function writeApp() {
  await page.getByRole('main').getByRole('link', { name: 'New app' }).click();
  await page.getByRole('link', { name: /Blank app/ }).click();
  await page.getByLabel('App name').fill('Bookshelf');
  await write(FIRST);
  await page.getByRole('button', { name: 'Add a file' }).click();
  await page.getByLabel('Name of the new file').fill('models.py');
  await page.keyboard.press('Enter');
  await write(MODELS);
  await page.getByRole('button', { name: 'main.py' }).first().click();
}

async function openApp() {
  const url = await page
    .getByRole('link', { name: /^Open Bookshelf/ })
    .first()
    .getAttribute('href');
  if (url === null) {
    throw new Error('The open link has no address.');
  }
  await answers(url);
  return url;
}

async function seeRefusedCode() {
  await write(NO_PYTHON);
  await page.keyboard.press('Control+Enter');
  await page.getByText('Not deployed', { exact: true }).waitFor();
  await page
    .getByText(/Syntax error/)
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'main.py, line 6' }).waitFor();
  await page.locator('.error-line').first().waitFor();
}

async function seeFailedStart() {
  await write(STOPS_AT_START);
  await page.getByLabel(/Reason for this deploy/).fill('Keep the shelf elsewhere');
  await deployUntil('Version 2 failed');
  await page
    .locator('.evidence')
    .getByText(/RuntimeError: the shelf is empty/)
    .waitFor();
  await page.getByRole('button', { name: 'main.py, line 6' }).waitFor();
  await page.locator('.error-line').first().waitFor();
}

async function seeFailureAfterReload() {
  await page.reload();
  await page.locator('.verdict').getByText('Version 2 failed').waitFor();
  await page.locator('.evidence').waitFor();
  await page.locator('.error-line').first().waitFor();
}

async function rollBack() {
  await page.getByRole('tab', { name: 'History' }).click();
  await page.getByRole('button', { name: 'Roll back to version 1' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.locator('.monaco-diff-editor .line-delete').first().waitFor();
  await page.screenshot({ path: join(/** @type {string} */ (shots), 'rollback-dialog.png') });
  await dialog.getByLabel(/Reason/).fill('The shelf was fine where it was');
  await dialog.getByRole('button', { name: 'Roll back to version 1' }).click();
  await page.getByText(/Version 3 is live/).waitFor();
  await page.locator('.monaco-editor').getByText('RuntimeError').waitFor({ state: 'detached' });
}

async function readHistory() {
  await page.getByRole('tab', { name: 'History' }).click();
  await page.getByText('rollback to v1').waitFor();
  await page.getByText('The shelf was fine where it was').waitFor();
}

/** @param {string} url */
async function stop(url) {
  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Stop app…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/Reason/).fill('The library is closed');
  await page.screenshot({ path: join(/** @type {string} */ (shots), 'stop-dialog.png') });
  await dialog.getByRole('button', { name: 'Stop app' }).click();
  await page.getByText(/^The app is stopped, /).waitFor();
  await page.locator('.studio-bar .status').getByText('Stopped').waitFor();
  const visitor = await context.newPage();
  try {
    const response = await visitor.goto(url);
    if (response?.status() !== 503) {
      throw new Error(`${url} answered ${response?.status()}.`);
    }
    await visitor.getByText('This app is stopped.').waitFor();
  } finally {
    await visitor.close();
  }
}

async function start() {
  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Start app' }).click();
  await page.getByText(/Version 5 is live/).waitFor();
}

/** @param {string} verdict */
async function deployUntil(verdict) {
  await page.locator('.monaco-editor').first().click();
  await page.keyboard.press('Control+Enter');
  await page.locator('.verdict').getByText(verdict).waitFor();
}

/** Pastes this text over what the editor shows; typing it would meet auto-indent. @param {string} text */
async function write(text) {
  await page.locator('.monaco-editor .view-lines').first().click();
  await page.keyboard.press('Control+A');
  await page.evaluate((pasted) => navigator.clipboard.writeText(pasted), text);
  await page.keyboard.press('Control+V');
}

/** The app itself, asked as a visitor would. @param {string} url */
async function answers(url) {
  const visitor = await context.newPage();
  try {
    const response = await visitor.goto(url);
    const body = await visitor.locator('body').innerText();
    if (response?.status() !== 200 || !body.includes('The Mill on the Floss')) {
      throw new Error(`${url} answered ${response?.status()}: ${body.slice(0, 500)}`);
    }
  } finally {
    await visitor.close();
  }
}

/** Notes what people with a screen reader, a keyboard or weak eyes cannot use. @param {string} when */
async function isAccessible(when) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    /** @type {any} */ (globalThis).axe.run(
      // Monaco's own inside is not ours to mend.
      { include: ['body'], exclude: ['.monaco-editor'] },
      { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] },
    ),
  );
  for (const { id, help, nodes } of violations) {
    const where = nodes.map((/** @type {{html: string}} */ { html }) => html.slice(0, 160));
    complaints.push(
      `After “${when}”, accessibility rule ${id} (${help}):\n    ${where.join('\n    ')}`,
    );
  }
}

/**
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function step(name, work) {
  const start = Date.now();
  try {
    const result = await work();
    await isAccessible(name);
    return result;
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Error(`Could not ${name}: ${why}`);
  } finally {
    console.log(`${name}: ${Date.now() - start} ms`);
    const picture = `${name.replaceAll(' ', '-')}.png`;
    await page.screenshot({ path: join(/** @type {string} */ (shots), picture) }).catch(() => {});
  }
}
