import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../cache-folder';
import { findProgram } from '../workbench/system-packages';

const torchVersion = '2.13.0';
/** What the tests of Python models need beside PyTorch. */
const modelLibraries = ['keras==3.15.1', 'safetensors==0.8.0'];

/**
 * Python with PyTorch's CPU build, in an environment of its own in the cache folder.
 * @throws Error with one sentence when it cannot be had.
 */
export function pythonWithTorch(): string {
  const folder = join(cacheFolder(), `pytorch-${torchVersion}`);
  const python = join(folder, 'bin', 'python');
  if (existsSync(join(folder, '.ready'))) return python;
  const system = findProgram('python3');
  if (!system) throw new Error('Measuring PyTorch needs Python 3 with pip and venv on the PATH.');
  mkdirSync(cacheFolder(), { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  try {
    console.error(`Installing PyTorch ${torchVersion} into ${folder}, once …`);
    quietly(system, '-m', 'venv', folder);
    install(python, [`torch==${torchVersion}`, 'numpy']);
  } catch (cause) {
    throw new Error(`PyTorch ${torchVersion} could not be installed into ${folder}: ${said(cause)}`, { cause });
  }
  // Written last: an environment without it is one whose installation broke off.
  writeFileSync(join(folder, '.ready'), torchVersion);
  return python;
}

/**
 * The same environment with Keras, which computes with PyTorch there, and the safetensors package.
 * @throws Error with one sentence when it cannot be had.
 */
export function pythonWithModelLibraries(): string {
  const python = pythonWithTorch();
  const ready = join(dirname(dirname(python)), '.model-libraries');
  const wanted = modelLibraries.join('\n');
  if (existsSync(ready) && readFileSync(ready, 'utf8') === wanted) return python;
  try {
    install(python, modelLibraries);
  } catch (cause) {
    throw new Error(`${modelLibraries.join(' and ')} could not be installed for ${python}: ${said(cause)}`, { cause });
  }
  writeFileSync(ready, wanted);
  return python;
}

function install(python: string, packages: readonly string[]): void {
  quietly(python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages);
}

function said(cause: unknown): string {
  return String((cause as { stderr?: string }).stderr ?? '').trim() || (cause as Error).message;
}

/** What an installer says while all goes well does not belong into a benchmark's output. */
function quietly(program: string, ...words: string[]): void {
  execFileSync(program, words, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
}
