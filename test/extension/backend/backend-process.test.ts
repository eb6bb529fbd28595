import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BackendProcess, launchBackend } from '../../../src/extension/backend/backend-process';
import type { BackendMessage } from '../../../src/protocol/messages';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'e2-train-process-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function launch(program: string, onOutput: (line: string) => void = () => {}): BackendProcess {
  const entry = join(folder, `${Math.random().toString(36).slice(2)}.cjs`);
  writeFileSync(entry, program);
  return launchBackend({ entry, workspace: folder, inspectionTimeoutMs: 5000, inspectionMemoryMB: 512 }, onOutput);
}

const message = (process: BackendProcess) => new Promise<BackendMessage>((resolve) => process.onMessage(resolve));
const exit = (process: BackendProcess) => new Promise<string>((resolve) => process.onExit(resolve));

describe('the backend’s process', () => {
  it('gets its workspace and the limits of inspection', async () => {
    const process = launch(`process.send({ type: 'log', level: 'info', message: process.argv.slice(2).join(' ') });`);
    expect(await message(process)).toEqual({
      type: 'log',
      level: 'info',
      message: `--workspace ${folder} --inspection-timeout-ms 5000 --inspection-memory-mb 512`,
    });
    process.stop();
  });

  it('ends when its channel closes', async () => {
    const process = launch(`process.on('disconnect', () => process.exit(0)); process.send({ type: 'log', level: 'info', message: 'up' });`);
    await message(process);
    process.stop();
    expect(await exit(process)).toBe('The training backend ended by itself with exit code 0.');
  });

  it('says how it died', async () => {
    expect(await exit(launch('process.exit(3)'))).toBe('The training backend ended by itself with exit code 3.');
    expect(await exit(launch(`process.kill(process.pid, 'SIGKILL')`))).toContain('was killed (SIGKILL)');
  });

  it('passes on what it prints, and names messages of an unexpected form', async () => {
    const lines: string[] = [];
    const program = `console.error('two\\nlines'); process.send({ type: 'nonsense' }, () => process.exit(0));`;
    const process = launch(program, (line) => lines.push(line));
    process.onMessage(() => {});
    await exit(process);
    expect(lines).toContain('two');
    expect(lines).toContain('The backend sent something unexpected: {"type":"nonsense"}');
  });
});
