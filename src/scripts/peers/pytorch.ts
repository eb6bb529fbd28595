import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../cache-folder';
import { findProgram } from '../workbench/system-packages';

const torchVersion = '2.13.0';

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
    quietly(python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `torch==${torchVersion}`, 'numpy');
  } catch (cause) {
    const said = String((cause as { stderr?: string }).stderr ?? '').trim();
    throw new Error(`PyTorch ${torchVersion} could not be installed into ${folder}: ${said || (cause as Error).message}`, { cause });
  }
  // Written last: an environment without it is one whose installation broke off.
  writeFileSync(join(folder, '.ready'), torchVersion);
  return python;
}

/** What an installer says while all goes well does not belong into a benchmark's output. */
function quietly(program: string, ...words: string[]): void {
  execFileSync(program, words, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
}
