// Makes a fresh clone ready: installs npm packages, then builds. Plain JavaScript, since it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`E2-Train needs Node 20 or newer; this is ${process.version}.`);
  process.exit(1);
}

installPackages();
step('building', ['run', '--silent', 'build']);

/** Installs exactly what the lock file says, once for each lock file. */
function installPackages() {
  const stamp = join(project, 'node_modules', '.installed-lock');
  const lock = createHash('sha256')
    .update(readFileSync(join(project, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  // Install scripts stay off: the one of @tensorflow/tfjs-node downloads from a host that many networks block, and hangs there.
  step('installing packages', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, lock);
}

function step(title, arguments_) {
  const began = Date.now();
  process.stderr.write(`setup: ${title} …\n`);
  const { status, error } = spawnSync(npm, arguments_, { cwd: project, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (error || status !== 0) {
    console.error(`setup: ${title} failed${error ? `: ${error.message}` : ''}.`);
    process.exit(1);
  }
  process.stderr.write(`setup: ${title} took ${((Date.now() - began) / 1000).toFixed(1)} s\n`);
}
