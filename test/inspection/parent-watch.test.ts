import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { builtFile } from '../../src/platform/built-file';
import { brokenFile } from './fixtures';

/** A parent that starts the inspection process on a file that never returns, and says the process' id. */
function startParent(): ChildProcess {
  const program = `
    const child = require('node:child_process').fork(${JSON.stringify(builtFile('inspection.js'))});
    child.on('message', () => {
      child.send({ type: 'inspect', id: 0, request: { file: ${JSON.stringify(brokenFile('never-returns.js'))} } });
      setTimeout(() => console.log(child.pid), 300);
    });`;
  return spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it('ends with its parent even while a model file loops without end', async () => {
  const parent = startParent();
  const [line] = (await once(parent.stdout!, 'data')) as [Buffer];
  const pid = Number(line.toString());
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await expect.poll(() => isAlive(pid), { timeout: 30_000 }).toBe(false);
});
