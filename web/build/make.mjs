// Brings web/ up to date with as little work as possible. Steps: "install", "page", "test".
// A step is skipped when the files it reads are those of its last run.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const LOCKED = ['package.json', 'package-lock.json', '.npmrc'];
const PAGE = [...LOCKED, 'index.html', 'public', 'src', 'tsconfig.json', 'vite.config.ts'];

const steps = {
  install: () =>
    unlessDone('node_modules/.headrace-stamp', LOCKED, 'node_modules', () =>
      npm('ci', '--no-audit', '--no-fund'),
    ),
  page: () =>
    unlessDone('dist.stamp', PAGE, 'dist/index.html', () => {
      npm('run', '--silent', 'build');
      // Names of assets change with their content: without this the jar would collect old ones.
      rmSync(join(web, 'target/classes/static'), { recursive: true, force: true });
    }),
  test: () => {
    npm('run', '--silent', 'check');
    npm('run', '--silent', 'test');
  },
};

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(
    `Node ${process.versions.node} is too old for the page's build. Install Node 20.19 or newer.`,
  );
}

const step = process.argv[2] ?? '';
if (!(step in steps)) {
  fail(`There is no step “${step}”. Use one of: ${Object.keys(steps).join(', ')}.`);
}
steps[/** @type {keyof typeof steps} */ (step)]();

/**
 * @param {string} stamp where the digest of the last run is kept
 * @param {string[]} inputs what the step reads
 * @param {string} result what must be there after the step
 * @param {() => void} work
 */
function unlessDone(stamp, inputs, result, work) {
  const digest = digestOf(inputs);
  const path = join(web, stamp);
  if (existsSync(join(web, result)) && existsSync(path) && readFileSync(path, 'utf8') === digest) {
    return;
  }
  work();
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, digest);
}

/** @param {string[]} inputs */
function digestOf(inputs) {
  const hash = createHash('sha256').update(process.version);
  for (const file of inputs.flatMap(filesIn)) {
    const content = readFileSync(join(web, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** Tests are no part of the page. @param {string} path @returns {string[]} */
function filesIn(path) {
  if (!statSync(join(web, path)).isDirectory()) {
    return [path];
  }
  return readdirSync(join(web, path))
    .filter((name) => name !== 'test' && !name.includes('.test.'))
    .sort()
    .flatMap((name) => filesIn(join(path, name)));
}

/** @param {string[]} args */
function npm(...args) {
  const { status, error } = spawnSync('npm', ['--loglevel=error', ...args], {
    cwd: web,
    stdio: 'inherit',
  });
  if (error) {
    fail(`npm did not start (${error.message}). Install Node 20.19 or newer, which brings npm.`);
  }
  if (status !== 0) {
    fail(`“npm ${args.join(' ')}” failed in web/; its own words are above.`);
  }
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(1);
}
