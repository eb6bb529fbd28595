import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { isProcessAlive } from '../../src/platform/process-alive';

describe('isProcessAlive', () => {
  it('knows a running process and one that has ended', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(child, 'spawn');
    const known = new Date();
    expect(isProcessAlive(child.pid!, known)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isProcessAlive(child.pid!, known)).toBe(false);
  });

  it('takes a process that began later for another one', () => {
    expect(isProcessAlive(process.pid, new Date('2001-01-01'))).toBe(false);
  });
});
