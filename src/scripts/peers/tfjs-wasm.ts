import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../cache-folder';

const version = '4.22.0';

/**
 * Folder with TensorFlow.js and its WebAssembly backend, in the cache folder: the product needs neither.
 * @throws Error with one sentence when they cannot be had.
 */
export function folderWithTfjsWasm(): string {
  const folder = join(cacheFolder(), `tfjs-wasm-${version}`);
  if (existsSync(join(folder, '.ready'))) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const packages = ['core', 'layers', 'backend-cpu', 'backend-wasm'].map((name) => `@tensorflow/tfjs-${name}@${version}`);
  try {
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent', ...packages], { cwd: folder, stdio: ['ignore', 2, 2] });
  } catch (cause) {
    throw new Error(`TensorFlow.js ${version} could not be installed into ${folder}: see the message above.`, { cause });
  }
  // Written last: a folder without it is one whose installation broke off.
  writeFileSync(join(folder, '.ready'), version);
  return folder;
}
