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
    execFileSync(system, ['-m', 'venv', folder], { stdio: ['ignore', 2, 2] });
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `torch==${torchVersion}`, 'numpy'];
    execFileSync(python, install, { stdio: ['ignore', 2, 2] });
  } catch (cause) {
    throw new Error(`PyTorch ${torchVersion} could not be installed into ${folder}: see the message above.`, { cause });
  }
  // Written last: an environment without it is one whose installation broke off.
  writeFileSync(join(folder, '.ready'), torchVersion);
  return python;
}
