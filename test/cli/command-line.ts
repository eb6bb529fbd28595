import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { builtFile } from '../../src/platform/built-file';
import type { MetricRecord } from '../../src/protocol/records';

/** What a command came to. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly error: string;
}

/** `e2train` as a process, as a person starts it. */
export interface Command {
  readonly process: ChildProcess;
  readonly ended: Promise<Ending>;
  /** Settles when the command, with `--json`, has told of an iteration. */
  untilIteration(iteration: number): Promise<void>;
}

export function start(
  words: readonly string[],
  directory: string,
  environment: NodeJS.ProcessEnv = {},
  program = builtFile('cli.js'),
): Command {
  const child = spawn(process.execPath, [program, ...words], { cwd: directory, env: { ...process.env, ...environment } });
  let output = '';
  let error = '';
  let hear = () => {};
  child.stdout.on('data', (text) => {
    output += text;
    hear();
  });
  child.stderr.on('data', (text) => {
    error += text;
  });
  const ended = new Promise<Ending>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, output, error }));
  });
  const untilIteration = (iteration: number) =>
    new Promise<void>((resolve, reject) => {
      hear = () => {
        if (recordsOf(output).some((record) => record.type === 'iteration' && record.iteration >= iteration)) resolve();
      };
      hear();
      void ended.then(({ code }) => reject(new Error(`Ended with ${code} before iteration ${iteration}: ${error}`)));
    });
  return { process: child, ended, untilIteration };
}

export const run = (words: readonly string[], directory: string, environment?: NodeJS.ProcessEnv, program?: string): Promise<Ending> =>
  start(words, directory, environment, program).ended;

/** The whole lines of `--json`. */
export function recordsOf(output: string): MetricRecord[] {
  const lines = output.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as MetricRecord);
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const directory = mkdtempSync(join(tmpdir(), 'e2-train-cli-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export const sampleModel = (path: string): string => join(__dirname, '../workspaces', path);
