// `npm start` on a fresh clone: installs the dependencies when they are missing or older than package-lock.json.
// Plain JavaScript without dependencies, for the Node.js that happens to be there (20 or newer); what it installs brings
// Node.js 24 for everything else.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const modules = join(root, 'node_modules');
const lockFile = join(root, 'package-lock.json');
const stampFile = join(modules, '.realmbridge-install');
const ownNode = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** @param {string} message */
function fail(message) {
  console.error(message);
  process.exit(1);
}

/** npm writes its own copy of the lock file after each install; a newer one means somebody installed by hand. */
function isInstalled(digest) {
  if (existsSync(stampFile)) return readFileSync(stampFile, 'utf8') === digest;
  const own = join(modules, '.package-lock.json');
  return existsSync(own) && statSync(own).mtimeMs >= statSync(lockFile).mtimeMs;
}

function npm(args) {
  const cli = process.env.npm_execpath;
  const options = { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 * 1024 * 1024 };
  return cli
    ? spawnSync(process.execPath, [cli, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
}

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(
    `This is Node.js ${process.versions.node}; version 20 or newer is needed to install Realmbridge. See https://nodejs.org`,
  );
}
const digest = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
if (!isInstalled(digest)) {
  const startedAt = Date.now();
  console.log(`Installing the dependencies (once, about a minute) …`);
  const { status, stdout, stderr, error } = npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  if (status !== 0) {
    const said = `${stdout ?? ''}${stderr ?? ''}${error ? error.message : ''}`.trim().split('\n').slice(-12).join('\n');
    if (/ENOSPC|No space left/i.test(said))
      fail(`The disk is full: make about 1 GB of room and run npm start again.\n${said}`);
    if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH/.test(said)) {
      fail(
        `The npm registry could not be reached: check the network, or npm's proxy and registry settings, and run npm start again.\n${said}`,
      );
    }
    fail(`npm ci failed. Mend what it says and run npm start again.\n${said}`);
  }
  console.log(`Dependencies installed in ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`);
}
if (!existsSync(ownNode)) {
  fail(
    'The package "node", which brings Node.js 24, has no program in it: its install script did not run (npm\'s ignore-scripts is on?). Run: npm ci --ignore-scripts=false',
  );
}
if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== digest) writeFileSync(stampFile, digest);
