import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { BoardRecord } from '../../../src/measurement/board/board-record';
import { discoveryScript, loadScript } from '../../../src/measurement/board/board-script';
import { findRails } from '../../../src/measurement/meters/find-rails';
import { findProgram } from '../../../src/scripts/workbench/system-packages';
import { temporaryFolder } from '../../cli/command-line';
import { FakeBoard } from './fake-board';

/** Shells of boards: Debian's and Ubuntu's, BusyBox' where it is installed, and bash as it is and as POSIX wants it. */
const shells = [['sh'], ['dash'], ['busybox', 'sh'], ['bash'], ['bash', '--posix']].filter(([program]) => findProgram(program!));

/** Runs a script as ssh runs it: from standard input, which stays open. */
async function heard(
  shell: readonly string[],
  script: string,
  environment: NodeJS.ProcessEnv = {},
  endInputAfterMs?: number,
): Promise<BoardRecord> {
  const record = new BoardRecord();
  const child = spawn(shell[0]!, [...shell.slice(1), '-s'], {
    detached: true,
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let text = '';
  child.stdout.on('data', (data) => {
    text += data;
  });
  child.stdin.on('error', () => {});
  child.stdin.write(script);
  if (endInputAfterMs !== undefined) setTimeout(() => child.stdin.end(), endInputAfterMs);
  await new Promise((resolve) => child.once('close', resolve));
  for (const line of text.split('\n')) record.hear(line, 0);
  return record;
}

function board(): FakeBoard {
  const made = new FakeBoard();
  onTestFinished(() => made.close());
  return made;
}

const load = (fake: FakeBoard, more: Partial<Parameters<typeof loadScript>[0]> = {}) =>
  loadScript({
    root: fake.root,
    command: 'sleep 0.4; grep -c quoted "$layer_json" >&2',
    layerJson: `{"name":"a 'quoted' $name \\"\`"}`,
    repeats: 2,
    idleSeconds: 0.3,
    intervalSeconds: 0.02,
    files: ['/sys/class/hwmon/hwmon0/power1_input', '/sys/class/hwmon/hwmon9/power1_input'],
    ...more,
  });

it.each(shells.map((shell) => [shell.join(' '), shell] as const))('%s tells what a board is, and its sensors', async (_, shell) => {
  const fake = board();
  const record = await heard(shell, discoveryScript({ root: fake.root }));
  expect(record).toMatchObject({ done: true, bootId: '11111111-0000-4000-8000-000000000001', hardware: 'Avnet Ultra96 Rev1' });
  expect(record.kernel).toMatch(/^Linux /);
  const rails = findRails(record.sensorTree);
  expect(rails).toMatchObject([
    { name: 'ina226 VCCINT', resolutionW: 0.0125 },
    { name: 'ina226 VCCAUX' },
    { name: 'irps5401 pin' },
    { name: 'irps5401 pout1' },
  ]);
});

it.each(shells.map((shell) => [shell.join(' '), shell] as const))('%s samples, marks and cleans up', async (_, shell) => {
  const fake = board();
  const temporary = temporaryFolder();
  const record = await heard(shell, load(fake), { TMPDIR: temporary });
  expect(record.done).toBe(true);
  expect(record.windows.map(({ kind }) => kind)).toEqual(['idle', 'load', 'load', 'idle']);
  for (const { kind, begin, end } of record.windows) expect(end - begin).toBeGreaterThan(kind === 'idle' ? 0.15 : 0.2);
  expect(record.statuses).toEqual([0, 0]);
  // The layer's file has what the workload is to read, whatever signs are in it.
  expect(record.errors).toEqual(['1', '1']);
  expect(record.readings.length).toBeGreaterThan(20);
  for (const { values } of record.readings) expect(values).toEqual([expect.any(Number), undefined]);
  expect(record.samplerSeconds).toBeGreaterThanOrEqual(0);
  expect(readdirSync(temporary)).toEqual([]);
});

it.each(shells.map((shell) => [shell.join(' '), shell] as const))('%s ends all that it started when the link goes', async (_, shell) => {
  const fake = board();
  const temporary = temporaryFolder();
  const flag = join(temporary, 'went-on');
  const record = await heard(shell, load(fake, { command: `sleep 2; touch ${flag}` }), { TMPDIR: temporary }, 600);
  expect(record.done).toBe(false);
  await new Promise((resolve) => setTimeout(resolve, 2200));
  expect(existsSync(flag)).toBe(false);
  expect(readdirSync(temporary)).toEqual([]);
});

it('takes a board whose clock jumps back for one that started anew', () => {
  const record = new BoardRecord();
  for (const line of ['@e2 s 100.00 1', '@e2 s 100.02 1']) record.hear(line, 0);
  expect(record.jumpedBack).toBe(false);
  record.hear('@e2 s 3.10 1', 0);
  expect(record.jumpedBack).toBe(true);
});

it('passes over what a login shell says', () => {
  const record = new BoardRecord();
  for (const line of ['Welcome to PYNQ Linux', '', '@e2', '@e2 board 12.50 abc', 'e2train:begin']) record.hear(line, 20);
  expect(record).toMatchObject({ bootId: 'abc', clockDifference: 7.5, windows: [] });
});
