import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Packs the extension into one file that VS Code installs, with everything that it needs at first use. */

const project = join(__dirname, '..', '..');
const largestBytes = 5 * 1024 * 1024;

function run(program: string, ...words: string[]): void {
  const { status } = spawnSync(join(project, 'node_modules', '.bin', program), words, { cwd: project, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

const { name, version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { name: string; version: string };
const file = join(project, `${name}-${version}.vsix`);

run('tsx', 'src/scripts/build-kernels.ts', '--every-platform');
run('tsx', 'src/scripts/bundle.ts', '--production');
// Dependencies are in the bundles; the README's pictures lie in the package.
run('vsce', 'package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', file);

const { size } = statSync(file);
console.log(`${file} (${(size / 1024 / 1024).toFixed(2)} MB)`);
if (size > largestBytes) {
  console.error(`The package is larger than ${largestBytes / 1024 / 1024} MB: look with “npx vsce ls --tree” at what came in.`);
  process.exit(1);
}
